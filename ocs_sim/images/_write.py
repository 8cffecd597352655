"""Images as FITS files."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocs_sim.images._atomic import whole_file
from ocs_sim.images._truth import Truth, truth_hdu

if TYPE_CHECKING:
    import numpy as np
    from astropy.io.fits import HDUList, Header
    from numpy.typing import NDArray

# Keys which say how pixels are stored: each header has its own.
_OF_THE_PIXELS = ("BUNIT", "BSCALE", "BZERO", "CHECKSUM", "DATASUM")
_COMPRESSED_NAME = "IMAGE"
_UINT16_ZERO = 0x8000


def write_image(
    path: Path,
    data: NDArray[np.generic],
    header: Header,
    *,
    truth: Truth | None = None,
    compress: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write `data` [rows, columns], integers or floats, and `header` as a FITS file; return its path.

    The file is whole or not there, whatever happens meanwhile, and has CHECKSUM and DATASUM in each HDU.
    With `compress` it is tile-compressed by RICE_1 (floats: lossless GZIP_2) and called `.fz`, which is
    appended unless it is there; its primary header repeats the image's, so that both can be read.
    `truth` becomes an extension TRUTH. Equal arguments make equal bytes. Raises ImageExists, NotWritten.
    """
    from astropy.io import fits

    path = Path(path)
    header = header.copy()
    if compress and path.suffix != ".fz":
        path = path.with_name(path.name + ".fz")
    if header.get("ORIGNAME") == path.stem:
        header["ORIGNAME"] = path.name
    image = _compressed(data, header) if compress else [_plain(data, header)]
    hdus = fits.HDUList(image + ([truth_hdu(truth)] if truth else []))
    _add_checksums(hdus)
    with whole_file(path, overwrite=overwrite) as file:
        hdus.writeto(file, output_verify="exception")
    return path


def _plain(data: NDArray[Any], header: Header) -> Any:
    """Return the primary HDU; unsigned pixels as they stand in the file, which spares copies."""
    import numpy as np
    from astropy.io import fits

    if data.dtype != np.uint16:
        return fits.PrimaryHDU(data, header)
    signed: NDArray[np.uint16] = np.bitwise_xor(data, np.uint16(_UINT16_ZERO), order="C")
    if sys.byteorder == "little":
        signed.byteswap(inplace=True)
    hdu = fits.PrimaryHDU(signed.view(">i2"), header, do_not_scale_image_data=True)
    hdu.header["BSCALE"] = (1, "pixel = BZERO + BSCALE x what is stored")
    hdu.header["BZERO"] = (_UINT16_ZERO, "makes signed integers unsigned")
    return hdu


def _compressed(data: NDArray[Any], header: Header) -> list[Any]:
    from astropy.io import fits

    outer = header.copy()
    for key in _OF_THE_PIXELS:
        outer.remove(key, ignore_missing=True)
    kind = "RICE_1" if data.dtype.kind in "iu" else "GZIP_2"
    image = fits.CompImageHDU(
        data, header.copy(), name=_COMPRESSED_NAME, compression_type=kind, quantize_level=0
    )
    # As the table that it is in the file: only of that are the checksums.
    memory = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(memory)
    memory.seek(0)
    table = fits.open(memory, disable_image_compression=True)[1]
    return [fits.PrimaryHDU(None, outer), table]


def _add_checksums(hdus: HDUList) -> None:
    hdus.update_extend()
    for hdu in hdus:
        # astropy's own comment holds the time of day, by which equal images would differ.
        hdu.add_checksum(when="as the file was written")
