"""An image as a PNG: with a grid of coordinates, marks of stars, a bar of grey levels and a title."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocs_sim.images import Image, Stretch, reduced, stretch_for, stretched

if TYPE_CHECKING:
    from ocs_sim.pipeline import Detections

_LONGEST = 1600
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Diameters of circles around stars, in parts of the image's longer side.
_CIRCLES = (0.012, 0.03)


def draw_png(path: Path, image: Image, title: str, stretch: str, stars: Detections | None) -> None:
    """Write a picture of an image; raises MissingExtra without matplotlib, OSError."""
    from ocs_sim.archive import load_extra

    figure_module: Any = load_extra("matplotlib.figure", "A PNG", "plot")
    wcs = _celestial(image)
    figure = figure_module.Figure(figsize=(9, 8.4), layout="constrained")
    axes = figure.add_subplot(projection=wcs) if wcs is not None else figure.add_subplot()
    shown = _show(axes, image, stretch)
    _bar(figure, axes, shown, stretch_for(reduced(image.data, _LONGEST), stretch), image)
    _grid(axes) if wcs is not None else _pixel_axes(axes)
    if stars is not None:
        _circles(axes, image, stars)
    if wcs is not None:
        _target(axes, image)
    axes.set_title(title.replace(": ", "\n", 1), fontsize="medium")
    figure.savefig(path, dpi=120)


def _celestial(image: Image) -> Any:
    """Return the celestial WCS of an image, or None if it has none that can be used."""
    from astropy.wcs import WCS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wcs = WCS(image.header).celestial
            return wcs if wcs.has_celestial else None
        except Exception:
            return None


def _show(axes: Any, image: Image, stretch: str) -> Any:
    rows, columns = image.data.shape
    return axes.imshow(
        stretched(reduced(image.data, _LONGEST), stretch),
        cmap="gray",
        origin="lower",
        vmin=0,
        vmax=1,
        extent=(-0.5, columns - 0.5, -0.5, rows - 0.5),
        interpolation="nearest",
    )


def _bar(figure: Any, axes: Any, shown: Any, stretch: Stretch, image: Image) -> None:
    """Draw the bar of grey levels, with the pixels' own values beside it."""
    import numpy as np

    steps = np.linspace(0, 1, 1001, dtype=np.float32)
    values = np.interp(_TICKS, stretch.curve(steps), stretch.low + steps * (stretch.high - stretch.low))
    bar = figure.colorbar(shown, ax=axes, ticks=_TICKS, shrink=0.8, pad=0.02)
    bar.ax.set_yticklabels([f"{value:.5g}" for value in values])
    bar.set_label(str(image.header.get("BUNIT", "")))


def _grid(axes: Any) -> None:
    axes.coords.grid(color="deepskyblue", alpha=0.45, linewidth=0.6)
    axes.set_xlabel("right ascension")
    axes.set_ylabel("declination")


def _pixel_axes(axes: Any) -> None:
    axes.set_xlabel("x [pix]")
    axes.set_ylabel("y [pix]")


def _circles(axes: Any, image: Image, stars: Detections) -> None:
    import numpy as np
    from matplotlib.collections import EllipseCollection

    smallest, largest = (part * max(image.data.shape) for part in _CIRCLES)
    # The width of a star that is saturated or at the edge may be unknown, which is NaN.
    widths = np.nan_to_num(stars.fwhm_pixels, nan=0.0)
    sizes = np.clip(4 * widths, smallest, largest)
    circles = EllipseCollection(
        sizes,
        sizes,
        np.zeros(len(sizes)),
        units="xy",
        offsets=np.column_stack((stars.x, stars.y)),
        transOffset=axes.transData,
        facecolors="none",
        edgecolors="gold",
        linewidths=0.8,
    )
    axes.add_collection(circles, autolim=False)


def _target(axes: Any, image: Image) -> None:
    """Mark where the mount was sent by a cross with a hole in the middle."""
    ra, dec = image.header.get("RA"), image.header.get("DEC")
    if not (isinstance(ra, float) and isinstance(dec, float)):
        return
    world = axes.get_transform("world")
    limits = axes.get_xlim(), axes.get_ylim()
    axes.plot(ra, dec, transform=world, marker="+", markersize=26, color="tomato", markeredgewidth=0.9)
    axes.set(xlim=limits[0], ylim=limits[1])
