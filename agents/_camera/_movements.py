"""Turning the wheel and the rotator, moving the cover, switching the calibrator, each until it is done."""

from __future__ import annotations

from enum import IntEnum

from ocs_sim.agent import OperationFailed, Run
from ocs_sim.ascom import CalibratorState, CoverState

from .._device import DeviceLink, safely, wait_until

_POLL_SECONDS = 0.1
_FULL_CIRCLE_DEGREES = 360.0


class EndedElsewhere(OperationFailed):
    """The {device} was to be {wanted} and is {found}."""


def turn_wheel(run: Run, link: DeviceLink, slot: int, limit_seconds: float) -> bool:
    """Turn the wheel to a slot; return whether it had to turn. A wheel cannot be stopped on its way."""
    if int(link.read(lambda wheel: wheel.Position)) == slot:
        return False
    link.call(lambda wheel: setattr(wheel, "Position", slot), f"turn to slot {slot}")
    wait_until(
        run,
        link,
        lambda wheel: int(wheel.Position) == slot,
        f"turning to slot {slot}",
        limit_seconds=limit_seconds,
        poll_seconds=_POLL_SECONDS,
    )
    return True


def turn_rotator(run: Run, link: DeviceLink, degrees: float, limit_seconds: float) -> None:
    """Turn the rotator to a position angle."""
    angle = degrees % _FULL_CIRCLE_DEGREES
    with safely(link, "halt", lambda rotator: rotator.Halt()):
        link.call(lambda rotator: rotator.MoveAbsolute(angle), f"turn to {angle:g} degrees")
        wait_until(
            run,
            link,
            lambda rotator: not rotator.IsMoving,
            f"turning to {angle:g} degrees",
            limit_seconds=limit_seconds,
            poll_seconds=_POLL_SECONDS,
        )


def move_cover(run: Run, link: DeviceLink, wanted: CoverState, limit_seconds: float) -> None:
    """Open or close the cover; raises EndedElsewhere when it ends in another state."""
    verb = "open" if wanted is CoverState.OPEN else "close"
    with safely(link, "halt the cover", lambda cover: cover.HaltCover()):
        if wanted is CoverState.OPEN:
            link.call(lambda cover: cover.OpenCover(), "open the cover")
        else:
            link.call(lambda cover: cover.CloseCover(), "close the cover")
        wait_until(
            run,
            link,
            lambda cover: cover.CoverState != CoverState.MOVING,
            f"moving the cover to {verb} it",
            limit_seconds=limit_seconds,
            poll_seconds=_POLL_SECONDS,
        )
    found = CoverState(int(link.read(lambda cover: cover.CoverState)))
    if found is not wanted:
        raise EndedElsewhere(device="cover", wanted=wanted.name.lower(), found=_words(found))


def switch_calibrator(run: Run, link: DeviceLink, brightness: int, limit_seconds: float) -> None:
    """Switch the calibrator to a brightness, off with 0, and wait until its light is steady."""
    if brightness:
        link.call(lambda cover: cover.CalibratorOn(brightness), f"shine at {brightness}")
    else:
        link.call(lambda cover: cover.CalibratorOff(), "switch its calibrator off")
    wait_until(
        run,
        link,
        lambda cover: cover.CalibratorState != CalibratorState.NOT_READY,
        "changing its calibrator",
        limit_seconds=limit_seconds,
        poll_seconds=_POLL_SECONDS,
    )
    wanted = CalibratorState.READY if brightness else CalibratorState.OFF
    found = CalibratorState(int(link.read(lambda cover: cover.CalibratorState)))
    if found is not wanted:
        raise EndedElsewhere(device="calibrator", wanted=wanted.name.lower(), found=_words(found))


def _words(state: IntEnum) -> str:
    return state.name.lower().replace("_", " ")
