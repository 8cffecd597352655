"""Samples as they are given, made into columns that every serializer accepts; or a list of faults."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ocs_sim.agent._feeds import FeedField, check_block_name
from ocs_sim.wire import BadBlock, BadName, check_field_name

Column = list[Any]
_SAMPLES = (float, int, str, bool)
_ACCEPTED: Mapping[type, frozenset[type]] = {
    float: frozenset({float, int}),
    int: frozenset({int}),
    str: frozenset({str}),
    bool: frozenset({bool}),
}
_MOST_FAULTS = 10


class BlockCheck:
    """Checks one block; collects every fault."""

    def __init__(self, block: Any, fields: Mapping[str, FeedField] | None) -> None:
        self._block = block
        self._fields = fields
        self.faults: list[str] = []
        self._guard(check_block_name, block)

    def columns(self, data: Any, timestamps: Any) -> tuple[list[float], dict[str, Column]]:
        """Return timestamps and columns as lists of equal length; raises BadBlock with all faults."""
        times = self._times(timestamps)
        if not isinstance(data, Mapping):
            self._fail(f"data must map field names to samples, not be {type(data).__name__}")
            data = {}
        self._names(data)
        length = None if times is None else len(times)
        columns = {name: self._column(name, values, length) for name, values in data.items()}
        self.raise_faults()
        return times or [], columns

    def tags(self, tags: Any, data: Any) -> None:
        """Check that influxdb_tags name just the fields, each with its `_field`."""
        if tags is None:
            return
        if not isinstance(tags, Mapping) or not all(isinstance(each, Mapping) for each in tags.values()):
            self._fail("influxdb_tags must map each field to its tags")
            return
        bare = [name for name, each in tags.items() if "_field" not in each]
        if bare:
            self._fail(f"influxdb_tags of {bare} lack '_field'")
        if isinstance(data, Mapping) and set(tags) != set(data):
            self._fail(f"influxdb_tags are for {list(tags)}, the data for {list(data)}")

    def raise_faults(self) -> None:
        """Raise BadBlock if there was any fault."""
        if not self.faults:
            return
        more = len(self.faults) - _MOST_FAULTS
        shown = self.faults[:_MOST_FAULTS] + ([f"and {more} more faults"] if more > 0 else [])
        raise BadBlock(block=self._block, faults="; ".join(shown))

    def _times(self, timestamps: Any) -> list[float] | None:
        times = as_list(timestamps)
        if times is None:
            self._fail(f"timestamps must be a sequence of unix seconds, not {type(timestamps).__name__}")
            return None
        if set(map(type, times)) != {float}:
            times = [as_sample(each) for each in times]
        wrong = [each for each in times if type(each) not in (float, int) or not math.isfinite(each)]
        if wrong:
            self._fail(f"timestamp {wrong[0]!r} is not a unix time in seconds")
            return None
        return [float(each) for each in times]

    def _names(self, data: Mapping[Any, Any]) -> None:
        for name in data:
            self._guard(check_field_name, name)
        if not data:
            self._fail("it has no fields")
        if self._fields is not None and data.keys() != self._fields.keys():
            missing = [name for name in self._fields if name not in data]
            stray = [name for name in data if name not in self._fields]
            self._fail(f"missing fields {missing}, undeclared fields {stray}")

    def _column(self, name: Any, values: Any, length: int | None) -> Column:
        column = as_list(values)
        if column is None:
            self._fail(f"field {name!r} must be a sequence of samples, not {type(values).__name__}")
            return []
        if length is not None and len(column) != length:
            self._fail(f"field {name!r} has {len(column)} samples for {length} timestamps")
        declared = self._fields.get(name) if self._fields is not None else None
        return self._typed(name, column, declared.type if declared else None)

    def _typed(self, name: Any, column: Column, wanted: type | None) -> Column:
        accepted = _ACCEPTED[wanted] if wanted else frozenset(_SAMPLES)
        found = set(map(type, column))
        if not found <= accepted:
            column = [as_sample(each) for each in column]
            wrong = set(map(type, column)) - accepted
            if wrong:
                kinds = ", ".join(sorted(each.__name__ for each in wrong))
                names = wanted.__name__ if wanted else "float, int, str or bool"
                self._fail(f"field {name!r} has samples of type {kinds}, not {names}")
                return []
        return (
            [float(each) for each in column] if wanted is float and int in set(map(type, column)) else column
        )

    def _guard(self, check: Callable[[Any], str], name: Any) -> None:
        try:
            check(name)
        except BadName as fault:
            self._fail(str(fault).rstrip("."))

    def _fail(self, fault: str) -> None:
        self.faults.append(fault)


def as_list(values: Any) -> Column | None:
    """Return a copy of a sequence or one-dimensional array as a list; None for anything else."""
    if hasattr(values, "tolist") and hasattr(values, "dtype"):
        values = values.tolist()
    if isinstance(values, Sequence) and not isinstance(values, str | bytes | bytearray):
        return list(values)
    return None


def as_sample(value: Any) -> Any:
    """Return a numpy scalar, or what subclasses a sample type, as that type; anything else as it is."""
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        value = value.tolist()
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
