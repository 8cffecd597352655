"""Changes of a document's fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any

from ocs_sim.stores._errors import LimitExceeded
from ocs_sim.stores._table_port import Document

# As many digits as DynamoDB adds with; more are refused by the limits, not rounded away.
_EXACT = Context(prec=300)


def edited(
    document: Document,
    set_fields: Mapping[str, Any],
    add: Mapping[str, int | Decimal],
    append: Mapping[str, Sequence[Any]],
    remove: Iterable[str],
) -> Document:
    """Return a document with its fields changed. Raises LimitExceeded for what cannot be added to."""
    new = {**document, **set_fields}
    for name, amount in add.items():
        new[name] = _EXACT.add(_number(name, new.get(name, 0)), _number(name, amount))
    for name, items in append.items():
        before = new.get(name, [])
        if not isinstance(before, list) or not isinstance(items, list | tuple):
            raise LimitExceeded(what=f"an addition to {name!r}", fault="only lists grow by lists")
        new[name] = [*before, *items]
    for name in remove:
        new.pop(name, None)
    return new


def _number(name: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise LimitExceeded(what=f"an addition to {name!r}", fault=f"{value!r} is no int or Decimal")
    return Decimal(value)
