"""Turning the clock of a world and letting things go wrong in it, as people ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.world import World

_JUST_SECONDS = 1.0


def iso(unix: float) -> str:
    """Return unix seconds as ISO 8601 of whole seconds."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def set_rate(world: World, rate: float) -> None:
    """Let time pass so many times as fast, 0 not at all; raises OutOfRange."""
    if rate != 0:
        world.clock.rate = rate
    world.clock.stepped = rate == 0


def advance(world: World, seconds: float) -> float:
    """Let some time pass at once, and return the unix seconds then; raises OutOfRange."""
    return world.clock.advance(seconds)


def jump_to(world: World, moment: float | str) -> float:
    """Make it a moment that is to come: unix seconds, ISO 8601 or "night"; raises WorldError."""
    from ocs_sim.world import WorldClock

    # A clock that is set off from this one knows what moment is meant.
    wanted = WorldClock(world.clock, moment, stepped=True, place=world.place).time()
    # While "night" was looked up, when it is, some of it has passed.
    has_just_passed = 0 <= world.now() - wanted < _JUST_SECONDS
    return world.clock.advance(0.0) if has_just_passed else world.clock.jump_to(wanted)


def inject(world: World, name: str, seconds: float | None, values: Mapping[str, Any]) -> None:
    """Let a fault begin now, for some seconds or until it is cleared; raises WorldError."""
    world.faults.checked(name, dict(values))
    world.faults.inject(name, seconds, **values)
