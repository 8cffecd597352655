"""What is really in a simulated image, kept beside what a camera could know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocs_sim.images._atomic import whole_file
from ocs_sim.images._cards import ascii_text, further, put

if TYPE_CHECKING:
    from astropy.io.fits import BinTableHDU

EXTENSION = "TRUTH"


@dataclass(frozen=True)
class Truth:
    """The stars of a simulated image, one array a column, all of one length, and facts about the whole.

    `facts`: FITS key -> value or (value, comment). `units`: column -> unit as FITS spells it.
    """

    stars: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def truth_hdu(truth: Truth) -> BinTableHDU:
    """Return the extension TRUTH."""
    import numpy as np
    from astropy.io import fits

    columns = []
    for name, values in truth.stars.items():
        array = np.asarray(values)
        if array.dtype.kind == "U":
            array = np.array([ascii_text(text) for text in array.tolist()], dtype="S")
        kind = fits.column.NUMPY2FITS.get(array.dtype.str[1:]) or f"{max(array.dtype.itemsize, 1)}A"
        columns.append(fits.Column(name, kind, array=array, unit=truth.units.get(name)))
    table = fits.BinTableHDU.from_columns(columns, name=EXTENSION)
    put(table.header, further(truth.facts))
    return table


def write_truth(image: Path, truth: Truth, *, overwrite: bool = False) -> Path:
    """Write truth as JSON beside an image: `{its name}.truth.json`, with the keys stars, units and facts."""
    import numpy as np

    stars = {name: np.asarray(values).tolist() for name, values in truth.stars.items()}
    facts = {key: value[0] if isinstance(value, tuple) else value for key, value in truth.facts.items()}
    path = image.with_name(f"{image.name}.truth.json")
    with whole_file(path, overwrite=overwrite) as file:
        file.write(json.dumps({"facts": facts, "units": dict(truth.units), "stars": stars}).encode())
    return path
