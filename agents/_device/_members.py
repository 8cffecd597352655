"""Reading many members of a device at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ._errors import DeviceError, DeviceMisbehaved, DeviceRefused, is_lacking
from ._link import DeviceLink


def read_members(
    link: DeviceLink, asked: Mapping[str, Callable[[Any], Any]], optional: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the device says of each member, in one request if it can: DeviceState.

    What that leaves out is asked for one by one. Of a member that the device lacks, what `optional` has is
    returned. Raises DeviceError.
    """
    told = _ask_for_all(link)
    kept = {name: told[name] for name in asked if told.get(name) is not None}
    return {name: kept[name] if name in kept else _ask(link, name, asked[name], optional) for name in asked}


def _ask_for_all(link: DeviceLink) -> dict[str, Any]:
    """Return what DeviceState has; older devices do not have it, and others leave things out."""
    try:
        return link.read(lambda device: {each["Name"]: each["Value"] for each in device.DeviceState})
    except (DeviceRefused, DeviceMisbehaved):
        return {}


def _ask(link: DeviceLink, name: str, ask: Callable[[Any], Any], optional: Mapping[str, Any]) -> Any:
    try:
        return link.read(ask, f"tell its {name}")
    except DeviceError as fault:
        if name in optional and is_lacking(fault):
            return optional[name]
        raise
