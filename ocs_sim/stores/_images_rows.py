"""Image records as rows of a table, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from ocs_sim.stores._images_record import ImageRecord

# Of the tables.
VERSION = 1
_DATES = ("capture_date", "sort_date")
FLAGS = ("fits_01_exists", "fits_10_exists", "jpg_medium_exists", "jpg_small_exists")
_COLUMNS = tuple(each.name for each in fields(ImageRecord) if each.name != "image_id")


def as_row(record: ImageRecord) -> dict[str, Any]:
    """Return the columns that a record tells."""
    values = {name: getattr(record, name) for name in _COLUMNS}
    values["sort_date"] = record.sort_date or record.capture_date
    values["header"] = None if record.header is None else json.dumps(_plain(record.header))
    return {name: stored for name, value in values.items() if (stored := _stored(value)) is not None}


def as_record(row: Mapping[str, Any]) -> ImageRecord:
    """Return a row as a record."""
    values = {name: row[name] for name in ("image_id", *_COLUMNS)}
    for name in _DATES:
        values[name] = values[name].replace(tzinfo=UTC)
    values["header"] = None if values["header"] is None else json.loads(values["header"])
    return ImageRecord(**values)


def naive(moment: datetime) -> datetime:
    """Return a moment as columns have it: UTC, which they do not say."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return naive(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    """Return what JSON has, of what a header may have."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else str(value)
