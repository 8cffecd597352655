"""What bodies of the calendar's routes say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocs_sim.ranch._body import require
from ocs_sim.ranch._errors import Refused
from ocs_sim.reservations import format_time, parse_time


def which_event(body: dict[str, Any]) -> tuple[str, str]:
    """Return the key of the event that is meant. Raises Refused, BadTime."""
    require(body, ("event_id", "start"))
    return text_of(body, "event_id"), format_time(parse_time(body["start"], "the start"))


def text_of(body: Mapping[str, Any], key: str) -> str:
    """Return a text that is not empty. Raises Refused."""
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise Refused(status=400, text=f"Error: {key} must be a text that is not empty")
    return value


def object_of(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return an object. Raises Refused."""
    value = body.get(key)
    if not isinstance(value, dict):
        raise Refused(status=400, text=f"Error: {key} must be an object")
    return value
