"""What all parts of the world share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import numpy as np

from ocs_sim.world._timeline import Floats

if TYPE_CHECKING:
    from ocs_sim.world._world import World

APart = TypeVar("APart", bound="Part")
Given = ParamSpec("Given")
Result = TypeVar("Result")


class Part:
    """One part of a world, which it asks for the time and its neighbours."""

    def __init__(self, world: World) -> None:
        """Belong to `world`."""
        self._world = world


def locked(
    method: Callable[Concatenate[APart, Given], Result],
) -> Callable[Concatenate[APart, Given], Result]:
    """Do a public method of a part with the world held still, after all that was due has happened."""

    @functools.wraps(method)
    def held(self: APart, /, *given: Given.args, **named: Given.kwargs) -> Result:
        world = self._world
        with world.lock:
            world.now()
            return method(self, *given, **named)

    return held


def moments(times: Floats | float) -> Floats:
    """Return moments as an array of floats, shape (n,) or ()."""
    return np.asarray(times, dtype=float)
