"""A set of stars, and what can be asked for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stars:
    """Stars as columns of one length: ICRS positions in degrees, V magnitudes, B-V colours.

    Names, if there are any at all, are "" for stars without one.
    """

    ra_degrees: Floats
    dec_degrees: Floats
    magnitude: Floats
    colour: Floats
    names: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.ra_degrees)

    def __getitem__(self, chosen: Any) -> Stars:
        """Return the stars that a mask, a slice or an array of indices chooses, in its order."""
        names = self.names and tuple(np.asarray(self.names, dtype=object)[chosen])
        return Stars(
            self.ra_degrees[chosen],
            self.dec_degrees[chosen],
            self.magnitude[chosen],
            self.colour[chosen],
            names,
        )

    def brightest_first(self) -> Stars:
        """Return the same stars in the order of their magnitudes."""
        return self[np.argsort(self.magnitude, kind="stable")]


def together(parts: list[Stars]) -> Stars:
    """Return all stars of several sets; they have names if any set has."""
    names: tuple[str, ...] | None = None
    if any(part.names is not None for part in parts):
        names = tuple(name for part in parts for name in part.names or ("",) * len(part))
    return Stars(
        np.concatenate([part.ra_degrees for part in parts]),
        np.concatenate([part.dec_degrees for part in parts]),
        np.concatenate([part.magnitude for part in parts]),
        np.concatenate([part.colour for part in parts]),
        names,
    )


class Catalogue(Protocol):
    """Whatever knows which stars are where: a camera renders them, a plate solver looks for them."""

    def stars_near(
        self,
        ra_degrees: float,
        dec_degrees: float,
        radius_degrees: float,
        faintest_magnitude: float,
        *,
        unix: float | None = None,
    ) -> Stars:
        """Return the stars within a radius of an ICRS position, brightest first.

        `unix` is the moment for which proper motions are applied; without it positions are those of J2000.0.
        """
        ...
