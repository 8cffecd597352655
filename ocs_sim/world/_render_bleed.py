"""Where too much light falls: full pixels spill over along their column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocs_sim.world._psf import Floats, Psf
from ocs_sim.world._render_stars import StarField


@dataclass(frozen=True)
class Bleed:
    """Pixels of one column, from row `top` to before `bottom`, that are full."""

    column: int
    top: int
    bottom: int


def bleeds(stars: StarField, psf: Psf, background: float, full_well: float, height: int) -> list[Bleed]:
    """Return the columns that spill, `background` electrons being in their pixels already."""
    peak = float(psf.boxes.max())
    room = max(full_well - background, 1.0)
    found = []
    for each in np.flatnonzero(stars.electrons * peak > room).tolist():
        y, x = stars.y[each], stars.x[each]
        stamp = psf.stamp(y - np.rint(y), x - np.rint(x)) * np.float32(stars.electrons[each])
        corner = int(np.rint(y)) - psf.half_pixels, int(np.rint(x)) - psf.half_pixels
        found += _of_star(stamp, corner, room, height)
    return found


def _of_star(stamp: Floats, corner: tuple[int, int], room: float, height: int) -> list[Bleed]:
    over = np.maximum(stamp - room, 0).sum(axis=0, dtype=float)
    return [
        bleed
        for column in np.flatnonzero(over > 0).tolist()
        if (bleed := _of_column(stamp[:, column], float(over[column]), corner, column, room, height))
    ]


def _of_column(
    light: Floats, over: float, corner: tuple[int, int], column: int, room: float, height: int
) -> Bleed | None:
    """Spread what is `over` evenly up and down, filling up the star's own skirts on the way."""
    full = np.flatnonzero(light > room)
    free_above = np.cumsum(np.maximum(room - light[: full[0]][::-1], 0))
    free_below = np.cumsum(np.maximum(room - light[full[-1] + 1 :], 0))
    above, below = (_reach(free, over / 2, room) for free in (free_above, free_below))
    top, bottom = corner[0] + int(full[0]) - above, corner[0] + int(full[-1]) + 1 + below
    top, bottom = max(top, 0), min(bottom, height)
    return Bleed(corner[1] + column, top, bottom) if top < bottom else None


def _reach(free: Floats, electrons: float, room: float) -> int:
    within = int(np.searchsorted(free, electrons))
    if within < len(free):
        return within
    return within + int((electrons - (float(free[-1]) if len(free) else 0.0)) / room)
