"""Turning the clock of a world, as people ask for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocs_sim.world import World


def iso(unix: float) -> str:
    """Return unix seconds as ISO 8601 of whole seconds."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def set_rate(world: World, rate: float) -> None:
    """Let time pass so many times as fast, 0 not at all; raises OutOfRange."""
    if rate != 0:
        world.clock.rate = rate
    world.clock.stepped = rate == 0


def jump_to(world: World, moment: float | str) -> float:
    """Make it a moment that is to come: unix seconds, ISO 8601 or "night"; raises WorldError."""
    from ocs_sim.world import WorldClock

    # A clock that is set off from this one knows what moment is meant.
    return world.clock.jump_to(WorldClock(world.clock, moment, stepped=True, place=world.place).time())
