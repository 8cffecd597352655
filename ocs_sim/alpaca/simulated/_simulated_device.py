"""A device over a part of a world."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from ocs_sim.alpaca import AlpacaError, Device, Trouble
from ocs_sim.alpaca.simulated._refusals import refusal
from ocs_sim.alpaca.simulated._troubles import device_trouble
from ocs_sim.errors import ObservatoryError

if TYPE_CHECKING:
    from ocs_sim.world import World

_POLL_SECONDS = 0.05
"""How often a deprecated member that waits looks whether its device is done, in seconds of the world."""


class SimulatedDevice(Device):
    """An Alpaca device which shows a part of a world."""

    state_members: ClassVar[tuple[str, ...]] = ()
    """The operational properties, which DeviceState gives all at once."""

    def __init__(self, world: World, name: str, number: int = 0) -> None:
        self.world = world
        super().__init__(number, name)

    def device_state(self) -> dict[str, Any]:
        """Return the operational properties that can be read now, all of one moment."""
        with self.world.lock:
            return {name: value for name in self.state_members for value in self._readable(name)}

    def now(self) -> float:
        """Return the world's time as unix seconds."""
        return self.world.now()

    def refusal(self, error: ObservatoryError) -> AlpacaError:
        """Return the Alpaca error that tells what an error of the world tells."""
        return refusal(error)

    def trouble(self) -> Trouble | None:
        """Return what an injected fault does to the request that has just come."""
        return device_trouble(self.world.faults, self.device_type)

    def _readable(self, name: str) -> list[Any]:
        try:
            return [getattr(self, name)()]
        except ObservatoryError:
            return []

    async def _until(self, done: Callable[[], bool]) -> None:
        """Wait on the world's clock; raise what the part raises when its motion has failed."""
        while not done():
            await self.world.clock.wait_until(self.world.now() + _POLL_SECONDS)
