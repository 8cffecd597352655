"""Headers as Photon Ranch takes them before the image: 80 characters a card, without line ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ocs_sim.images._atomic import whole_file
from ocs_sim.images._names import ImageName
from ocs_sim.images._read import read_header

if TYPE_CHECKING:
    from astropy.io.fits import Header


def header_text(header: Header) -> str:
    """Return a header as 80-character cards one after another, with END, filled up to 2880 characters."""
    text: str = header.tostring(sep="", endcard=True, padding=True)
    return text


def write_header_text(image: Path, *, overwrite: bool = False) -> Path:
    """Write the header of a FITS file beside it as `...-EX00.txt`; raises NotAnImageName, NotReadable."""
    path = image.with_name(str(ImageName.parse(image).of(0, "txt")))
    with whole_file(path, overwrite=overwrite) as file:
        file.write(header_text(read_header(image)).encode("ascii"))
    return path
