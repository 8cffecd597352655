"""What the reader returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field and what is archived of it; `name` is `instance.feed.block.field`, times unix seconds."""

    name: str
    type: str
    unit: str
    description: str
    first: float
    last: float
    samples: int
    agent_address: str
    agent_class: str


@dataclass(frozen=True)
class Series:
    """The samples of one field: `times` (unix seconds) and `values`, both of shape (n,)."""

    name: str
    times: NDArray[np.float64]
    values: NDArray[Any]
    unit: str = ""
    description: str = ""

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest sample of a field."""

    name: str
    time: float
    value: Any
    unit: str = ""


@dataclass(frozen=True)
class Decimated:
    """One field in bins: centres, minima, means, maxima and counts, each of shape (bins,).

    Empty bins hold NaN and a count of 0. NaN samples are not counted.
    """

    name: str
    times: NDArray[np.float64]
    minimum: NDArray[np.float64]
    mean: NDArray[np.float64]
    maximum: NDArray[np.float64]
    count: NDArray[np.float64]
    unit: str = ""
    description: str = ""


@dataclass(frozen=True)
class HousekeepingData(Mapping[str, Series]):
    """Series by full name, sorted by time.

    Fields of one block share one array of times. `blocks` tells which block a name belongs to.
    """

    series: Mapping[str, Series] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Series:
        return self.series[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.series)

    def __len__(self) -> int:
        return len(self.series)

    def __repr__(self) -> str:
        samples = sum(map(len, self.series.values()))
        return f"<HousekeepingData: {len(self)} fields, {samples} samples>"

    def newest(self, samples: int) -> HousekeepingData:
        """Return only the last samples of each field."""
        times: dict[int, NDArray[np.float64]] = {}
        kept = {}
        for name, series in self.series.items():
            shared = times.setdefault(id(series.times), series.times[-samples:])
            kept[name] = replace(series, times=shared, values=series.values[-samples:])
        return HousekeepingData(kept)

    def to_numpy(self) -> dict[str, tuple[NDArray[np.float64], NDArray[Any]]]:
        """Return {name: (times, values)}."""
        return {name: (series.times, series.values) for name, series in self.series.items()}

    def to_pandas(self) -> pd.DataFrame:
        """Return one table with a UTC index, a column per field; raises MissingExtra without pandas."""
        from ocs_sim.archive._frames import to_pandas

        return to_pandas(self)

    def to_xarray(self) -> xr.Dataset:
        """Return a Dataset, with one time coordinate per block; raises MissingExtra without xarray."""
        from ocs_sim.archive._frames import to_xarray

        return to_xarray(self)

    def export(self, path: Path | str) -> int:
        """Write `path`, *.csv or *.parquet, and return the number of rows; raises UnknownExport."""
        from ocs_sim.archive._export import export

        return export(self, Path(path))
