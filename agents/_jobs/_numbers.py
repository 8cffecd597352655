"""Values as clients of Photon Ranch send them: numbers are mostly texts, and truth has many words."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0"})


def is_given(value: Any) -> bool:
    """Return whether a parameter says anything: forms send empty texts for fields that nobody filled in."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def number(value: Any) -> float:
    """Return a finite number. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError(f"is no number: {value!r}")
    try:
        read = float(value)
    except ValueError:
        raise ValueError(f"is no number: {value!r}") from None
    if not math.isfinite(read):
        raise ValueError(f"is no finite number: {value!r}")
    return read


def not_negative(value: Any) -> float:
    """Return a number from 0. Raises ValueError."""
    read = number(value)
    if read < 0:
        raise ValueError(f"must not be negative: {value!r}")
    return read


def integer(value: Any) -> int:
    """Return a whole number; `"60.0"` is one. Raises ValueError."""
    read = number(value)
    if read != int(read):
        raise ValueError(f"is no whole number: {value!r}")
    return int(read)


def boolean(value: Any) -> bool:
    """Return what a truth value, 0, 1, or one of `true on yes false off no` says. Raises ValueError."""
    word = str(value).strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError(f"is neither true nor false: {value!r}")


def text(value: Any) -> str:
    """Return a text. Raises ValueError for lists and mappings."""
    if isinstance(value, list | tuple | dict):
        raise ValueError(f"is no text: {value!r}")
    return str(value).strip()


def one_of(value: Any, choices: dict[str, Any], what: str) -> Any:
    """Return what a word stands for, regardless of case. Raises ValueError that names all words."""
    found = choices.get(text(value).casefold())
    if found is None:
        raise ValueError(f"is no {what}: {value!r} (there are {', '.join(sorted(choices))})")
    return found
