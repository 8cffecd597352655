"""The simulated switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocs_sim.alpaca import InvalidValue, NotImplementedByDevice, OperationCancelled, get, put
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice

if TYPE_CHECKING:
    from ocs_sim.world import SwitchProfile, World


class SwitchFacts(SimulatedDevice):
    """What each channel is: they are numbered from 0, and no other number is taken."""

    @get
    def MaxSwitch(self) -> int:
        """Return how many channels there are."""
        return len(self.world.switches)

    @get
    def CanWrite(self, Id: int) -> bool:
        """Return whether a channel can be set."""
        return self._channel(Id).writable

    @get
    def CanAsync(self, Id: int) -> bool:
        """Return whether a channel can be set while the client does something else."""
        return self._channel(Id).writable

    @get
    def GetSwitchName(self, Id: int) -> str:
        """Return the name of a channel."""
        self._channel(Id)
        return self.world.switches.name(Id)

    @put
    def SetSwitchName(self, Id: int, Name: str) -> None:
        """Give a channel another name."""
        self._channel(Id)
        self.world.switches.rename(Id, Name)

    @get
    def GetSwitchDescription(self, Id: int) -> str:
        """Say what a channel is for."""
        return self._channel(Id).description or self._channel(Id).name

    @get
    def MinSwitchValue(self, Id: int) -> float:
        """Return the lowest value of a channel."""
        return self._channel(Id).minimum

    @get
    def MaxSwitchValue(self, Id: int) -> float:
        """Return the highest value of a channel."""
        return self._channel(Id).maximum

    @get
    def SwitchStep(self, Id: int) -> float:
        """Return by how much values of a channel differ at least."""
        return self._channel(Id).step

    def _channel(self, number: int) -> SwitchProfile:
        channels = self.world.switches.channels
        if not 0 <= number < len(channels):
            raise InvalidValue(f"there is no switch {number}: give 0..{len(channels) - 1}")
        return channels[number]


class Switch(SwitchFacts):
    """The channels of a world as an ASCOM switch device (ISwitchV3)."""

    device_type = "Switch"
    interface_version = 3

    def __init__(self, world: World, name: str, number: int = 0) -> None:
        super().__init__(world, name, number)
        self._cancelled: set[int] = set()

    @get
    def GetSwitch(self, Id: int) -> bool:
        """Return whether a channel is on: above its lowest value."""
        return self.GetSwitchValue(Id) > self._channel(Id).minimum

    @get
    def GetSwitchValue(self, Id: int) -> float:
        """Return the value of a channel."""
        self._channel(Id)
        return self.world.switches.value(Id)

    @put
    def SetAsync(self, Id: int, State: bool) -> None:
        """Start to turn a channel on (its highest value) or off (its lowest)."""
        channel = self._writable(Id)
        self._start(Id, channel.maximum if State else channel.minimum)

    @put
    def SetAsyncValue(self, Id: int, Value: float) -> None:
        """Start to set a channel."""
        self._writable(Id)
        self._start(Id, Value)

    @put
    async def SetSwitch(self, Id: int, State: bool) -> None:
        """Turn a channel on (its highest value) or off (its lowest), and answer when it is."""
        self.SetAsync(Id, State)
        await self._until(lambda: self.world.switches.is_complete(Id))

    @put
    async def SetSwitchValue(self, Id: int, Value: float) -> None:
        """Set a channel, and answer when it is."""
        self.SetAsyncValue(Id, Value)
        await self._until(lambda: self.world.switches.is_complete(Id))

    @put
    def CancelAsync(self, Id: int) -> None:
        """Leave a channel as it is, if it is just being set."""
        self._writable(Id)
        if self.world.switches.cancel(Id):
            self._cancelled.add(Id)

    @get
    def StateChangeComplete(self, Id: int) -> bool:
        """Return whether a channel is as it was set; raise OperationCancelled when that was called off."""
        self._writable(Id)
        if Id in self._cancelled:
            raise OperationCancelled(f"the change of switch {Id} was called off: set it again")
        return self.world.switches.is_complete(Id)

    def _start(self, number: int, value: float) -> None:
        self.world.switches.set_value(number, value)
        self._cancelled.discard(number)

    def _writable(self, number: int) -> SwitchProfile:
        channel = self._channel(number)
        if not channel.writable:
            raise NotImplementedByDevice(f"switch {number} can only be read")
        return channel
