"""Documents as JSON that gives back what went in: Decimal, bytes and whole numbers of any size.

`{"$number": "1.5"}` is a Decimal, `{"$bytes": "aGk="}` bytes in base64; a leading '$' is doubled.
Texts stay plain, so that SQLite can make an index of them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ocs_sim.stores._table_port import Document


def encode(document: Mapping[str, Any]) -> str:
    """Return a document, as `check_document` returned it, in JSON."""
    return json.dumps(_tagged(document), ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Document:
    """Return the document of a JSON text of `encode`."""
    hook = _untagged if '"$' in text else None
    document: Document = json.loads(text, object_hook=hook)
    return document


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same to a store, for which True is not 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _tagged(value: Any) -> Any:
    match value:
        case Mapping():
            return {
                f"${name}" if name.startswith("$") else name: _tagged(item) for name, item in value.items()
            }
        case list():
            return [_tagged(item) for item in value]
        case Decimal():
            return {"$number": str(value)}
        case bytes():
            return {"$bytes": base64.b64encode(value).decode()}
    return value


def _untagged(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        if "$number" in value:
            return Decimal(value["$number"])
        if "$bytes" in value:
            return base64.b64decode(value["$bytes"])
    return {name[1:] if name.startswith("$") else name: item for name, item in value.items()}
