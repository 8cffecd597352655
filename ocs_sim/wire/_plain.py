"""Turn any value into one that every serializer accepts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import PurePath
from typing import Any

_DEEPEST = 64
# WAMP's JSON begins a text with this where it means base64 of bytes.
_BYTES_MARKER = "\0"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Plain:
    """One conversion; `warnings` names each place whose value had to change."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.open: set[int] = set()

    def convert(self, value: Any, path: str = "data", depth: int = 0) -> Any:
        """Return `value` as null, booleans, numbers, strings, lists and string-keyed dicts.

        NaN and infinities become null, numpy scalars and arrays become numbers and lists, and what
        has no such form becomes its text; what is not exactly what was given leaves a warning.
        """
        if value is None or type(value) is bool or (type(value) is str and _is_sendable(value)):
            return value
        if depth > _DEEPEST:
            return self.changed(path, "nested deeper than 64 levels", repr(type(value)))
        try:
            return self._convert(value, path, depth)
        except Exception as fault:  # a user's own type must not silence a whole agent
            kind = type(value).__name__
            return self.changed(path, f"{kind} that cannot be read ({_text(fault)}) sent as null", None)

    def _convert(self, value: Any, path: str, depth: int) -> Any:
        for kinds, convert in _CONVERSIONS:
            if isinstance(value, kinds):
                return convert(self, value, path, depth)
        if hasattr(value, "tolist") and hasattr(value, "dtype"):
            return self.convert(value.tolist(), path, depth + 1)
        return self.changed(
            path, f"{type(value).__name__} sent as text", self.text(_text(value), path, depth)
        )

    def changed(self, path: str, why: str, result: Any) -> Any:
        self.warnings.append(f"{path}: {why}")
        return result

    def text(self, value: str, path: str, _depth: int) -> Any:
        # As plain str: a subclass such as numpy's is nothing that every serializer knows.
        if _is_sendable(value):
            return str(value)
        sendable = value.encode("utf-8", "replace").decode()
        marker = sendable.startswith(_BYTES_MARKER)
        why = "a text that JSON peers would take for bytes" if marker else "half a character"
        return self.changed(
            path, f"{why} sent with a replacement", _REPLACEMENT + sendable[1:] if marker else sendable
        )

    def integer(self, value: int, path: str, _depth: int) -> Any:
        # 64 bits is what msgpack and CBOR peers agree on.
        if -(2**63) <= value < 2**64:
            return int(value)
        return self.changed(path, "an integer beyond 64 bits sent as a float", _finite(value))

    def float(self, value: float, path: str, _depth: int) -> Any:
        if math.isfinite(value):
            return float(value)
        return self.changed(path, f"{float(value)} sent as null", None)

    def mapping(self, value: Mapping[Any, Any], path: str, depth: int) -> Any:
        """Return a dict with string keys."""
        if id(value) in self.open:
            return self.changed(path, "a structure that contains itself sent as null", None)
        self.open.add(id(value))
        plain = {
            self.text(_text(key), path, depth): self.convert(item, f"{path}.{_text(key)}", depth + 1)
            for key, item in list(value.items())
        }
        self.open.discard(id(value))
        return plain

    def sequence(self, value: Any, path: str, depth: int) -> Any:
        """Return a list."""
        if id(value) in self.open:
            return self.changed(path, "a structure that contains itself sent as null", None)
        self.open.add(id(value))
        plain = [self.convert(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(list(value))]
        self.open.discard(id(value))
        return plain

    def bytes(self, value: bytes, path: str, _depth: int) -> Any:
        told = self.text(bytes(value).decode("utf-8", "replace"), path, _depth)
        return self.changed(path, f"{len(value)} bytes sent as text", told)

    def as_text(self, value: Any, _path: str, _depth: int) -> Any:
        return value.isoformat() if isinstance(value, date | datetime) else str(value)

    def enum(self, value: Enum, path: str, depth: int) -> Any:
        return self.convert(value.value, path, depth + 1)


_Conversion = Callable[[Plain, Any, str, int], Any]
_CONVERSIONS: tuple[tuple[tuple[type, ...], _Conversion], ...] = (
    ((Enum,), Plain.enum),
    ((bool,), lambda _self, value, _path, _depth: bool(value)),
    ((int,), Plain.integer),
    ((float,), Plain.float),
    ((str,), Plain.text),
    ((Mapping,), Plain.mapping),
    ((list, tuple, set, frozenset), Plain.sequence),
    ((bytes, bytearray, memoryview), Plain.bytes),
    ((date, PurePath), Plain.as_text),
)


def _is_sendable(value: str) -> bool:
    if value.startswith(_BYTES_MARKER):
        return False
    try:
        value.isascii() or value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _finite(value: int) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # a user's broken __str__ must not silence a whole agent
        return f"<{type(value).__name__}>"


def to_plain(value: Any, path: str = "data") -> tuple[Any, list[str]]:
    """Return `value` in a form that JSON, msgpack and CBOR accept, and what had to change."""
    plain = Plain()
    return plain.convert(value, path), plain.warnings
