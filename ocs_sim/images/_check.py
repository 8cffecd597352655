"""Whether an image is as FITS and the customs around it want it."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocs_sim.images._check_header import header_faults
from ocs_sim.images._fault import Fault
from ocs_sim.images._read import is_image

if TYPE_CHECKING:
    from astropy.io.fits import HDUList

_BLOCK_BYTES = 2880
_ALL_BITS = 0xFFFF_FFFF


def check_image(path: Path) -> list[Fault]:
    """Return what is wrong with a FITS file: damage, breaches of the standard, contradictions, missing keys.

    A file that holds no FITS at all is one fault; nothing is raised for what is in it.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_BLOCK_BYTES)
    except OSError as error:
        return [Fault("error", f"it cannot be read: {error.strerror}")]
    if not start.startswith(b"SIMPLE  ="):
        return [
            Fault("error", "it is no FITS file: it does not begin with SIMPLE" if size else "it is empty")
        ]
    return list(_faults(path, size))


def _faults(path: Path, size: int) -> Iterator[Fault]:
    if size % _BLOCK_BYTES:
        yield Fault("error", f"its {size} bytes are not a multiple of {_BLOCK_BYTES}: it is torn or padded")
    # astropy, when it is imported, takes warnings to its own log: too late for those that are recorded here.
    importlib.import_module("astropy.io.fits")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = list(_of_the_file(path))
        except Exception as error:
            found = [Fault("error", f"it cannot be read: {error or type(error).__name__}")]
    yield from found
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        yield Fault("error", " ".join(text.split()))


def _of_the_file(path: Path) -> Iterator[Fault]:
    from astropy.io import fits

    # A compressed image's checksums are those of the table that it is in the file.
    with fits.open(path, checksum=True, memmap=False, disable_image_compression=True) as hdus:
        for number, hdu in enumerate(hdus):
            yield from _of_an_hdu(number, hdu)
            if hdu.header.get("CHECKSUM"):
                yield from _of_the_bytes(path, number, hdu)
    with fits.open(path, memmap=False) as hdus:
        yield from _of_the_image(hdus)


def _of_an_hdu(number: int, hdu: Any) -> Iterator[Fault]:
    from astropy.io.fits import VerifyError

    try:
        hdu.verify("exception")
    except VerifyError as error:
        yield Fault("error", " ".join(str(error).split()), hdu=number)
    for key in ("CHECKSUM", "DATASUM"):
        if key not in hdu.header:
            yield Fault("warning", "it is missing, so that damage cannot be seen", hdu=number, key=key)
    # Reading the bytes is what finds a file that ends too early.
    _ = hdu.data


def _of_the_bytes(path: Path, number: int, hdu: Any) -> Iterator[Fault]:
    """Sum all bytes of an HDU (FITS standard 4.0, appendix J); astropy leaves out those that mean nothing."""
    import numpy as np

    places = hdu.fileinfo()
    words = np.memmap(
        path, ">u4", "r", places["hdrLoc"], (places["datLoc"] - places["hdrLoc"] + places["datSpan"]) // 4
    )
    total = int(words.sum(dtype=np.uint64))
    while total > _ALL_BITS:
        total = (total & _ALL_BITS) + (total >> 32)
    if total not in (0, _ALL_BITS):
        yield Fault("error", "the bytes do not agree with it", hdu=number, key="CHECKSUM")


def _of_the_image(hdus: HDUList) -> Iterator[Fault]:
    images = [(number, hdu) for number, hdu in enumerate(hdus) if is_image(hdu)]
    if not images:
        yield Fault("error", "it holds no image")
        return
    number, hdu = images[0]
    _ = hdu.data
    yield from (fault.at(number) for fault in header_faults(hdu.header, hdu.shape))
