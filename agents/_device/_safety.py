"""Leaving a device in a safe state whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ._errors import DeviceMisbehaved, DeviceRefused, DeviceUnreachable
from ._link import DeviceLink


@contextmanager
def safely(link: DeviceLink, what: str, make_safe: Callable[[Any], Any]) -> Iterator[None]:
    """Call `make_safe(device)` when the block ends by any error or by the run being asked to end.

    If the device cannot be reached then, this is done as soon as it is back. What the device refuses is
    left at that: the error of the block is the one that counts. `what` completes "refused to ...".
    """
    try:
        yield
    except BaseException:
        bring_to_safety(link, what, make_safe)
        raise


def bring_to_safety(link: DeviceLink, what: str, make_safe: Callable[[Any], Any]) -> None:
    """Call `make_safe(device)` now, or else when the device is back; raises no DeviceError."""
    try:
        link.read(make_safe, what)
    except DeviceUnreachable:
        link.when_back(what, make_safe)
    except (DeviceRefused, DeviceMisbehaved) as fault:
        link.log.warning("%s", fault)
