"""Housekeeping data as tables of other libraries, which are imported only here."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._data import HousekeepingData, Series
from ocs_sim.archive._errors import MissingExtra

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def load_extra(package: str, what: str, extra: str) -> Any:
    """Import an optional package, or raise MissingExtra, which says what to install."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise MissingExtra(what=what, package=package, extra=extra) from error


def datetimes(times: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Return unix seconds as datetime64 in nanoseconds, to the microsecond that a float can tell."""
    return np.round(times * 1e6).astype("datetime64[us]").astype("datetime64[ns]")


def shared_times(data: HousekeepingData) -> list[list[Series]]:
    """Return the series in groups that share their times."""
    groups: dict[int, list[Series]] = defaultdict(list)
    for series in data.values():
        groups[id(series.times)].append(series)
    return list(groups.values())


def _values(series: Series) -> Any:
    return series.values


def to_pandas(data: HousekeepingData, column: Callable[[Series], Any] = _values) -> pd.DataFrame:
    """Return one table; fields of blocks with other times are joined by time, missing samples are NaN."""
    pandas = load_extra("pandas", "A pandas table", "frames")
    tables = [_table(pandas, group, column) for group in shared_times(data)]
    if not tables:
        return pandas.DataFrame(index=pandas.DatetimeIndex([], tz="UTC", name="time"))
    if len(tables) == 1:
        return tables[0].droplevel(1)
    joined = pandas.concat(tables, axis=1, join="outer").sort_index()
    return joined[list(data)].droplevel(1)


def _table(pandas: Any, group: list[Series], column: Callable[[Series], Any]) -> Any:
    index = pandas.DatetimeIndex(datetimes(group[0].times), tz="UTC", name="time")
    table = pandas.DataFrame({series.name: column(series) for series in group}, index=index)
    # Samples with equal times stay apart: the n-th of them joins the n-th of another block.
    return table.set_index(table.groupby(level=0).cumcount().rename("nth"), append=True)


def to_xarray(data: HousekeepingData) -> xr.Dataset:
    """Return a Dataset; with fields of one block the dimension is `time`, else one for each block."""
    xarray = load_extra("xarray", "An xarray dataset", "frames")
    groups = shared_times(data)
    variables, coordinates = {}, {}
    for number, group in enumerate(groups):
        dimension = "time" if len(groups) == 1 else f"time_{number}"
        coordinates[dimension] = (dimension, datetimes(group[0].times))
        for series in group:
            attributes = {"units": series.unit, "long_name": series.description}
            kept = {key: text for key, text in attributes.items() if text}
            variables[series.name] = (dimension, series.values, kept)
    dataset: xr.Dataset = xarray.Dataset(variables, coordinates)
    return dataset
