"""Pictures of images for people: Photon Ranch's display JPEG and thumbnail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.images._atomic import whole_file
from ocs_sim.images._names import DISPLAY, THUMBNAIL, ImageName
from ocs_sim.images._stretch import greys, stretch_for

DISPLAY_PIXELS = 900
THUMBNAIL_ROWS = 128
_WIDEST_PIXELS = 4096
_QUALITY = 85


@dataclass(frozen=True)
class Previews:
    """The paths of an image's pictures."""

    display: Path
    thumbnail: Path


def write_previews(
    image: Path, data: NDArray[Any], *, stretch: str = "asinh", overwrite: bool = True
) -> Previews:
    """Write the pictures of an image beside its FITS file; raises NotAnImageName, UnknownStretch, NotWritten.

    `...-EX10.jpg` has at most 900 pixels along its longer side, `...-EX11.jpg` is 128 pixels high,
    and 4096 wide at most: a narrow strip of a sensor is shown higher than it is.
    """
    name = ImageName.parse(image)
    display = preview(data, DISPLAY_PIXELS, stretch)
    return Previews(
        _write(image.with_name(str(name.of(DISPLAY, "jpg"))), display, overwrite=overwrite),
        _write(image.with_name(str(name.of(THUMBNAIL, "jpg"))), _thumbnail(display), overwrite=overwrite),
    )


def preview(data: NDArray[Any], longest: int = DISPLAY_PIXELS, stretch: str = "asinh") -> NDArray[np.uint8]:
    """Return a picture [rows, columns] of an image, the first row of which is at the picture's bottom, as
    DS9 shows it; its longer side has `longest` pixels at most.
    """
    small = reduced(data, longest)
    picture = _resized(greys(small, stretch_for(small, stretch)), longest)
    return np.ascontiguousarray(picture[::-1])


def reduced(data: NDArray[Any], longest: int) -> NDArray[Any]:
    """Return an image averaged over blocks, but not to less than `longest` pixels."""
    factor = max(data.shape) // longest
    if factor < 2:
        return data
    rows, columns = (max(size // factor, 1) * factor for size in data.shape)
    if min(data.shape) < factor:
        return data
    total = np.zeros((rows // factor, columns // factor), dtype=np.float32)
    for y in range(factor):
        for x in range(factor):
            total += data[y:rows:factor, x:columns:factor]
    total /= factor * factor
    return total


def _resized(grey: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    from PIL import Image

    if max(grey.shape) <= longest:
        return grey
    scale = longest / max(grey.shape)
    rows, columns = (max(round(size * scale), 1) for size in grey.shape)
    return np.asarray(Image.fromarray(grey).resize((columns, rows), Image.Resampling.BOX))


def _thumbnail(display: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from PIL import Image

    rows, columns = display.shape
    # A row of 900 pixels would become wider than a JPEG can be.
    size = (min(max(round(columns * THUMBNAIL_ROWS / rows), 1), _WIDEST_PIXELS), THUMBNAIL_ROWS)
    return np.asarray(Image.fromarray(display).resize(size, Image.Resampling.LANCZOS))


def _write(path: Path, picture: NDArray[np.uint8], *, overwrite: bool) -> Path:
    from PIL import Image

    with whole_file(path, overwrite=overwrite) as file:
        Image.fromarray(picture).save(file, "JPEG", quality=_QUALITY)
    return path
