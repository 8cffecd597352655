"""Writes housekeeping data for other programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from ocs_sim.archive._data import HousekeepingData, Series
from ocs_sim.archive._errors import UnknownExport
from ocs_sim.archive._frames import load_extra, shared_times, to_pandas


def export(data: HousekeepingData, path: Path) -> int:
    """Write *.csv or *.parquet, one row per time; return the number of rows. Raises UnknownExport."""
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            return write_csv(data, file)
    if path.suffix in (".parquet", ".pq"):
        return _write_parquet(data, path)
    raise UnknownExport(path=path)


def write_csv(data: HousekeepingData, file: IO[str]) -> int:
    """Write a header and one row per time: ISO 8601, unix seconds, then the fields, empty where none."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["time", "unix_time", *data])
    count = 0
    for count, (moment, values) in enumerate(rows(data), start=1):  # noqa: B007
        writer.writerow([iso(moment), repr(moment), *(_text(values.get(name)) for name in data)])
    return count


def rows(data: HousekeepingData) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield (time, {field: value}) in order of time; samples of equal times stay in rows of their own."""
    samples = []
    for group in shared_times(data):
        columns = [series.values.tolist() for series in group]
        names = [series.name for series in group]
        nth, previous = 0, None
        for position, moment in enumerate(group[0].times.tolist()):
            nth = nth + 1 if moment == previous else 0
            previous = moment
            samples.append(
                (moment, nth, {name: column[position] for name, column in zip(names, columns, strict=True)})
            )
    samples.sort(key=lambda sample: sample[:2])
    for (moment, _), same in groupby(samples, key=lambda sample: sample[:2]):
        merged: dict[str, Any] = {}
        for _, _, values in same:
            merged |= values
        yield moment, merged


def iso(unix_time: float) -> str:
    """Return UTC as ISO 8601 with `Z`, to the microsecond."""
    moment = datetime.fromtimestamp(unix_time, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float | str):
        return value if isinstance(value, str) else repr(value)
    return json.dumps(value)


def _write_parquet(data: HousekeepingData, path: Path) -> int:
    load_extra("pyarrow", "Writing Parquet", "frames")
    table = to_pandas(data, _nullable)
    table.to_parquet(path)
    return len(table)


def _nullable(series: Series) -> Any:
    """Return a column that keeps its type, and tells missing from any value, when others are joined to it."""
    pandas = load_extra("pandas", "Writing Parquet", "frames")
    kind = series.values.dtype.kind
    if kind in "biu":
        return pandas.array(series.values, dtype={"b": "boolean", "i": "Int64", "u": "UInt64"}[kind])
    if kind == "f":
        return series.values
    texts = [None if value is None else _text(value) for value in series.values.tolist()]
    return pandas.array(texts, dtype="string")
