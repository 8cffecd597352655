"""Samples as they are given, made into columns that the wire takes; or a list of faults."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ocs_sim.agent._feeds import PACKED, Encoding, FeedField, check_block_name
from ocs_sim.wire import (
    BOOLEAN,
    FLOAT,
    INTEGER,
    MIXED,
    TEXT,
    BadBlock,
    BadName,
    check_field_name,
    is_array,
    is_numeric,
)

Columns = tuple[Any, dict[str, Any], tuple[str, ...]]
"""Timestamps, the samples of each field, and the kind of each."""

_KINDS: Mapping[type, str] = {float: FLOAT, int: INTEGER, bool: BOOLEAN, str: TEXT}
_TYPE_OF_DTYPE: Mapping[str, type] = {"f": float, "i": int, "u": int, "b": bool}
_ACCEPTED: Mapping[type, frozenset[type]] = {
    float: frozenset({float, int}),
    int: frozenset({int}),
    str: frozenset({str}),
    bool: frozenset({bool}),
}
_ANY = frozenset(_KINDS)
_NUMBERS = _ACCEPTED[float]
_MOST_FAULTS = 10


class BlockCheck:
    """Checks one block; collects every fault."""

    def __init__(
        self, block: Any, fields: Mapping[str, FeedField] | None, encoding: Encoding = "lists"
    ) -> None:
        self._block = block
        self._fields = fields
        self._packed = encoding == PACKED
        self.faults: list[str] = []
        self._guard(check_block_name, block)

    def columns(self, data: Any, timestamps: Any) -> Columns:
        """Return timestamps and columns, as lists or arrays of equal length; raises BadBlock with all faults.

        They may be those that were given: whoever keeps them copies them.
        """
        times = self._times(timestamps)
        if not isinstance(data, Mapping):
            self._fail(f"data must map field names to samples, not be {type(data).__name__}")
            data = {}
        self._names(data)
        length = None if times is None else len(times)
        checked = {name: self._column(name, values, length) for name, values in data.items()}
        self.raise_faults()
        columns = {name: column for name, (column, _) in checked.items()}
        return ([] if times is None else times), columns, tuple(kind for _, kind in checked.values())

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
        if not _has_text_keys(tags):
            # A router leaves whoever sends it anything else.
            self._fail("influxdb_tags must have texts for keys, at every depth")
        if isinstance(data, Mapping) and set(tags) != set(data):
            self._fail(f"influxdb_tags are for {list(tags)}, the data for {list(data)}")

    def raise_faults(self) -> None:
        """Raise BadBlock if there was any fault."""
        if not self.faults:
            return
        more = len(self.faults) - _MOST_FAULTS
        shown = self.faults[:_MOST_FAULTS] + ([f"and {more} more faults"] if more > 0 else [])
        raise BadBlock(block=self._block, faults="; ".join(shown))

    def _times(self, timestamps: Any) -> Any:
        if is_array(timestamps) and timestamps.ndim == 1 and timestamps.dtype.kind in "fiu":
            exact = timestamps.astype(float)
            if math.isfinite(exact.sum()):
                return exact
        times = as_list(timestamps)
        if times is None:
            self._fail(f"timestamps must be a sequence of unix seconds, not {type(timestamps).__name__}")
            return None
        if set(map(type, times)) != {float}:
            times = [as_sample(each) for each in times]
        wrong = [each for each in times if type(each) not in (float, int) or not _is_finite(each)]
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

    def _column(self, name: Any, values: Any, length: int | None) -> tuple[Any, str]:
        numeric = is_numeric(values) and values.ndim == 1
        column = values if numeric else as_list(values)
        if column is None:
            self._fail(f"field {name!r} must be a sequence of samples, not {type(values).__name__}")
            return [], FLOAT
        if length is not None and len(column) != length:
            self._fail(f"field {name!r} has {len(column)} samples for {length} timestamps")
        declared = self._fields.get(name) if self._fields is not None else None
        wanted = declared.type if declared else None
        return self._array(name, column, wanted) if numeric else self._list(name, column, wanted)

    def _array(self, name: Any, column: Any, wanted: type | None) -> tuple[Any, str]:
        found = _TYPE_OF_DTYPE[column.dtype.kind]
        if wanted and found not in _ACCEPTED[wanted]:
            self._fail(f"field {name!r} has samples of type {found.__name__}, not {wanted.__name__}")
        elif wanted is float and found is int:
            return column.astype(float), FLOAT
        elif self._packed and found is int and column.dtype.kind == "u" and column.size:
            self._check_range(name, int(column.max()))
        return column, _KINDS[found]

    def _list(self, name: Any, column: list[Any], wanted: type | None) -> tuple[Any, str]:
        accepted = _ACCEPTED[wanted] if wanted else _ANY - {str} if self._packed else _ANY
        found = set(map(type, column))
        if not found <= accepted:
            column = [as_sample(each) for each in column]
            found = set(map(type, column))
            wrong = found - accepted
            if wrong:
                kinds = ", ".join(sorted(each.__name__ for each in wrong))
                names = wanted.__name__ if wanted else _names_of(accepted)
                self._fail(f"field {name!r} has samples of type {kinds}, not {names}")
                return [], FLOAT
        return self._uniform(name, column, wanted, found)

    def _uniform(
        self, name: Any, column: list[Any], wanted: type | None, found: set[type]
    ) -> tuple[Any, str]:
        if int in found:
            self._check_range(name, min(each for each in column if type(each) is int))
            self._check_range(name, max(each for each in column if type(each) is int))
        if str in found:
            self._check_texts(name, [each for each in column if type(each) is str])
        if self.faults:
            return [], FLOAT
        if int in found and (wanted is float or (self._packed and found == _NUMBERS)):
            return [float(each) for each in column], FLOAT
        if len(found) > 1:
            if self._packed:
                kinds = ", ".join(sorted(each.__name__ for each in found))
                self._fail(f"field {name!r} has samples of types {kinds}, not of one")
            return column, MIXED
        return column, _KINDS[found.pop() if found else wanted or float]

    def _check_range(self, name: Any, value: int) -> None:
        if not -(2**63) <= value < (2**63 if self._packed else 2**64):
            self._fail(f"field {name!r} has the integer {value}, which is beyond 64 bits")

    def _check_texts(self, name: Any, texts: Sequence[str]) -> None:
        try:
            "".join(texts).encode()
        except UnicodeEncodeError:
            self._fail(f"field {name!r} has a text with half a character")

    def _guard(self, check: Callable[[Any], str], name: Any) -> None:
        try:
            check(name)
        except BadName as fault:
            self._fail(str(fault).rstrip("."))

    def _fail(self, fault: str) -> None:
        self.faults.append(fault)


def as_list(values: Any) -> list[Any] | None:
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


def _has_text_keys(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _has_text_keys(each) for key, each in value.items())
    return not isinstance(value, list | tuple) or all(map(_has_text_keys, value))


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _names_of(types: Sequence[type] | frozenset[type] | set[type]) -> str:
    names = [each.__name__ for each in (float, int, str, bool) if each in types]
    return f"{', '.join(names[:-1])} or {names[-1]}"
