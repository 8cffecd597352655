"""An image in a few lines: what it is of, what its pixels are, what stars are in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocs_sim.images import Image, Stretch

if TYPE_CHECKING:
    from ocs_sim.pipeline import Detections


@dataclass(frozen=True)
class Pixels:
    """What the pixels of an image come to; None if there is no finite one."""

    minimum: float | None
    maximum: float | None
    mean: float | None
    median: float | None
    sigma: float | None
    not_finite: int
    saturated: int | None


def measure(image: Image) -> Pixels:
    """Return what the pixels come to; sigma is that of the background, from the median deviation."""
    import numpy as np

    data = image.data
    finite = data[np.isfinite(data)] if data.dtype.kind == "f" else data.ravel()
    limit = image.header.get("SATURATE")
    saturated = int((data >= limit).sum()) if isinstance(limit, int | float) else None
    if not finite.size:
        return Pixels(None, None, None, None, None, data.size, saturated)
    median = float(np.median(finite))
    sigma = 1.4826 * float(np.median(np.abs(finite.astype(np.float32) - np.float32(median))))
    return Pixels(
        minimum=float(finite.min()),
        maximum=float(finite.max()),
        mean=float(finite.mean(dtype=np.float64)),
        median=median,
        sigma=sigma,
        not_finite=int(data.size - finite.size),
        saturated=saturated,
    )


def title(path: Path, image: Image) -> str:
    """Return what the image is of, in one line."""
    rows, columns = image.data.shape
    parts = [f"{path.name}: {columns} x {rows} {image.data.dtype.name}"]
    header = image.header
    parts += [str(header[key]) for key in ("OBJECT", "IMAGETYP", "FILTER") if header.get(key)]
    if isinstance(exposure := header.get("EXPTIME"), int | float):
        parts.append(f"{exposure:g} s")
    if header.get("DATE-OBS"):
        parts.append(f"{header['DATE-OBS']}Z")
    return ", ".join(parts)


def lines(pixels: Pixels, image: Image, stretch: Stretch, name: str) -> Iterator[str]:
    """Return the pixels' lines."""
    unit = image.header.get("BUNIT", "")
    if pixels.minimum is None:
        yield "no pixel is a number"
        return
    yield (
        f"minimum {pixels.minimum:.6g}, median {pixels.median:.6g}, mean {pixels.mean:.6g}, "
        f"maximum {pixels.maximum:.6g} {unit}".rstrip()
        + f", sigma {pixels.sigma:.4g}"
    )
    notes = [f"black {stretch.low:.6g}, white {stretch.high:.6g} ({name})"]
    if pixels.saturated is not None:
        notes.append(f"{pixels.saturated} saturated")
    if pixels.not_finite:
        notes.append(f"{pixels.not_finite} not finite")
    yield ", ".join(notes)


def stars_line(stars: Detections, scale_arcseconds: float | None) -> str:
    """Return what the stars come to."""
    if not len(stars):
        return "no stars"
    fwhm = stars.median_fwhm_pixels
    seen = f" = {fwhm * scale_arcseconds:.2f} arcsec" if scale_arcseconds else ""
    return f"{len(stars)} stars, FWHM {fwhm:.2f} pix{seen}, half-flux diameter " + (
        f"{stars.median_half_flux_diameter_pixels:.2f} pix"
    )


def stars_plain(stars: Detections) -> dict[str, Any]:
    """Return the stars for JSON: x and y are pixels from 0."""
    import math

    fwhm = stars.median_fwhm_pixels
    columns = ("x", "y", "flux", "fwhm_pixels", "saturated")
    return {
        "count": len(stars),
        "fwhm_pixels": fwhm if math.isfinite(fwhm) else None,
        "stars": [
            dict(zip(columns, values, strict=True))
            for values in zip(*(getattr(stars, name).tolist() for name in columns), strict=True)
        ],
    }
