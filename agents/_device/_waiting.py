"""Waiting for a device to finish what it was told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ocs_sim.agent import Run

from ._errors import DeviceLost, DeviceRefused, DeviceTooSlow, DeviceUnreachable
from ._link import DeviceLink

_POLL_SECONDS = 0.25


def wait_until(
    run: Run,
    link: DeviceLink,
    is_done: Callable[[Any], bool],
    doing: str,
    *,
    limit_seconds: float,
    poll_seconds: float = _POLL_SECONDS,
    connection: int | None = None,
    on_look: Callable[[float], None] | None = None,
) -> None:
    """Return when `is_done(device)` says so; `doing` completes "did not ... in time".

    After each look in vain `on_look(elapsed_seconds)` may tell the run's progress. Raises Cancelled when the
    run is asked to end, DeviceTooSlow after the limit, DeviceRefused when the device says by an error that it
    failed, and DeviceLost when the connection breaks: a device that was connected again may have forgotten
    what it was doing. The connection is the present one, or `link.connection` from before the command was
    given. Use it inside `safely`.
    """
    timer = run.token.timer
    began, same = timer.monotonic(), link.connection if connection is None else connection
    try:
        while not link.read(is_done, doing, connection=same):
            elapsed = timer.monotonic() - began
            if elapsed > limit_seconds:
                raise DeviceTooSlow(device=link.device, doing=doing, seconds=limit_seconds)
            if on_look is not None:
                # What it is refused, the next question of whether the device is done will tell better.
                with suppress(DeviceRefused):
                    on_look(elapsed)
            run.sleep(poll_seconds)
    except DeviceUnreachable as fault:
        # By what on_look asked.
        raise DeviceLost(device=link.device, doing=doing, fault=fault.facts["fault"]) from fault
