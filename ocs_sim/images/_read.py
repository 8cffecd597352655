"""Images from FITS files, whoever wrote them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocs_sim.images._errors import NotReadable

if TYPE_CHECKING:
    from astropy.io.fits import HDUList, Header
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Image:
    """Pixels [rows, columns], the header that belongs to them, and the number of their HDU."""

    data: NDArray[Any]
    header: Header
    hdu: int


def read_image(path: Path, hdu: int | None = None) -> Image:
    """Return the first image of a FITS file, or an HDU's, of a cube the first plane; raises NotReadable."""
    with opened(path) as hdus:
        number = _first_image(path, hdus) if hdu is None else hdu
        if not 0 <= number < len(hdus):
            raise NotReadable(path=path, reason=f"it has no HDU {number}, only 0 to {len(hdus) - 1}")
        found = hdus[number]
        if not is_image(found):
            raise NotReadable(path=path, reason=f"HDU {number} holds no image")
        data = found.data
        while data.ndim > 2:
            data = data[0]
        return Image(data, _readable(found.header), number)


def read_header(path: Path, hdu: int | None = None) -> Header:
    """Return the header of the first image of a FITS file (of HDU 0 if it has none); raises NotReadable."""
    with opened(path) as hdus:
        numbers = [number for number, found in enumerate(hdus) if is_image(found)]
        number = hdu if hdu is not None else (numbers or [0])[0]
        if not 0 <= number < len(hdus):
            raise NotReadable(path=path, reason=f"it has no HDU {number}, only 0 to {len(hdus) - 1}")
        return _readable(hdus[number].header)


def _readable(header: Header) -> Header:
    """Return a copy of a header; a COMMENT stands where a card is damaged and would fail who asks."""
    from astropy.io.fits import Header, VerifyError

    copy = Header()
    for card in header.cards:
        try:
            _ = card.value, card.comment, str(card)
        except (VerifyError, ValueError):
            copy.append(("COMMENT", f"a damaged card was here: {card.keyword}"), bottom=True)
        else:
            copy.append(card, bottom=True)
    return copy.copy()


@contextmanager
def opened(path: Path) -> Iterator[HDUList]:
    """Open a FITS file; whatever is wrong with it, then or later, is NotReadable."""
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    if not path.is_file():
        raise NotReadable(path=path, reason="it is a directory" if path.is_dir() else "there is no such file")
    if not path.stat().st_size:
        raise NotReadable(path=path, reason="it is empty")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)
        try:
            with fits.open(path, memmap=False) as hdus:
                yield hdus
        except NotReadable:
            raise
        except Exception as error:  # a damaged file may break astropy anywhere
            reason = " ".join(str(error).split()) or type(error).__name__
            raise NotReadable(path=path, reason=reason) from error


def _first_image(path: Path, hdus: HDUList) -> int:
    for number, hdu in enumerate(hdus):
        if is_image(hdu):
            return number
    raise NotReadable(path=path, reason="it holds no image")


def is_image(hdu: Any) -> bool:
    """Return whether an HDU holds pixels in two dimensions or more."""
    shape = getattr(hdu, "shape", ())
    return bool(getattr(hdu, "is_image", False)) and len(shape) > 1 and 0 not in shape
