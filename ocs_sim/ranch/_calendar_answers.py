"""Events as the calendar's routes send them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ocs_sim.reservations import Event


def plain(event: Event) -> dict[str, Any]:
    """Return an event as JSON knows it: whole numbers are ints, others floats."""
    return {name: _plain(value) for name, value in event.to_document().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if not isinstance(value, bytes | bytearray) else value.hex()
