"""A catalogue by what a user calls it."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.sky._catalogue_file import CatalogueFile
from ocs_sim.sky._stars import Catalogue
from ocs_sim.sky._synthetic import SyntheticSky

SYNTHETIC = "synthetic"


def open_catalogue(name: str | Path | None = SYNTHETIC) -> Catalogue:
    """Return SyntheticSky for "synthetic" or None, else the CatalogueFile of this path.

    Raises BadCatalogue.
    """
    return SyntheticSky() if name is None or str(name) == SYNTHETIC else CatalogueFile(name)
