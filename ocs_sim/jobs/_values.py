"""Values on their way into a table, which knows no floats, and back onto the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ocs_sim.jobs._errors import BadJob

_LEVELS = 24  # A table takes 32, and a job puts some around what it is given.
_MOST_DIGITS = 38
_PLAIN = 10**18
_LARGEST = Decimal("9.99e125")
_SMALLEST = Decimal("1e-130")


def stored(value: Any, name: str, levels: int = _LEVELS) -> Any:
    """Return a JSON value as a table takes it: floats as Decimals. Raises BadJob, which tells all faults."""
    faults: list[str] = []
    result = _stored(value, name, faults, levels)
    if faults:
        raise BadJob(faults=tuple(faults))
    return result


def stored_within(most_bytes: int, value: Any, name: str) -> Any:
    """Return a JSON value as a table takes it, if it is small. Raises BadJob."""
    result = stored(value, name)
    size = len(json.dumps(on_wire(result)))
    if size > most_bytes:
        raise BadJob(faults=(f"{name} has {size} bytes, more than {most_bytes}",))
    return result


def on_wire(value: Any) -> Any:
    """Return a stored value as it goes over the wire: whole numbers as int, others as float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: on_wire(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [on_wire(each) for each in value]
    return value


def text_fault(text: str, name: str) -> str | None:
    """Tell what is wrong with a text, if anything is."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return f"{name} has half of a surrogate pair, which is no character"
    return None


def _stored(value: Any, name: str, faults: list[str], levels: int) -> Any:
    if levels < 0:
        faults.append(f"{name[:200]} is nested too deep: {_LEVELS} levels are allowed")
        return None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        fault = text_fault(value, name)
        faults.extend([fault] if fault else [])
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value, name, faults)
    if isinstance(value, Mapping):
        return {
            _key(key, name, faults): _stored(each, f"{name}.{key}", faults, levels - 1)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_stored(each, f"{name}[{i}]", faults, levels - 1) for i, each in enumerate(value)]
    faults.append(f"{name} is a {type(value).__name__}, which JSON has not")
    return None


def _key(key: Any, name: str, faults: list[str]) -> str:
    if not isinstance(key, str):
        faults.append(f"{name} has a key {key!r} that is no text")
        return repr(key)
    fault = text_fault(key, f"a key of {name}")
    faults.extend([fault] if fault else [])
    return key


def _number(value: float | Decimal, name: str, faults: list[str]) -> int | Decimal:
    if isinstance(value, int) and abs(value) < _PLAIN:
        return value
    # A float's shortest text is what its sender meant.
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        faults.append(f"{name} is {value}, which is no number")
        return 0
    if number and not _SMALLEST <= number.copy_abs() <= _LARGEST:
        faults.append(f"{name} is too large or too small a number: up to 9.99e125, and not under 1e-130")
        return 0
    if _digits(number) > _MOST_DIGITS:
        faults.append(f"{name} has more than {_MOST_DIGITS} digits")
        return 0
    return int(number) if number == number.to_integral_value() else number


def _digits(number: Decimal) -> int:
    return len("".join(str(digit) for digit in number.as_tuple().digits).rstrip("0"))
