"""Switches: channels that are set, dimmed or only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocs_sim.world._climate_profile import SwitchProfile
from ocs_sim.world._errors import NotAllowedNow, OutOfRange
from ocs_sim.world._part import Part, locked
from ocs_sim.world._timeline import Steps

if TYPE_CHECKING:
    from ocs_sim.world._world import World

_SUPPLY = "Supply voltage"


class Switches(Part):
    """The channels of a profile, numbered from 0."""

    def __init__(self, world: World) -> None:
        """Have each channel at the value of its profile."""
        super().__init__(world)
        self.channels: tuple[SwitchProfile, ...] = world.profile.switches
        self._values = [Steps(channel.value) for channel in self.channels]
        self._names = [channel.name for channel in self.channels]
        self._complete = [float("-inf")] * len(self.channels)

    def __len__(self) -> int:
        return len(self.channels)

    @locked
    def name(self, number: int) -> str:
        """Return a channel's name; raises OutOfRange, as all do, for a channel that is not there."""
        return self._names[self._checked(number)]

    @locked
    def rename(self, number: int, name: str) -> None:
        """Give a channel another name."""
        self._names[self._checked(number)] = name

    @locked
    def value(self, number: int) -> float:
        """Return a channel's value now."""
        now = self._world.now()
        if self.channels[self._checked(number)].name == _SUPPLY and self._world.faults.is_active(
            "power.lost", now
        ):
            return 0.0
        return self._values[number].value(now)

    @locked
    def set_value(self, number: int, value: float) -> None:
        """Set a channel, after its delay; raises OutOfRange, and NotAllowedNow for one only read."""
        channel = self.channels[self._checked(number)]
        if not channel.writable:
            raise NotAllowedNow(part=f"switch {channel.name!r}", action="be set", reason="it is only read")
        if not channel.minimum <= value <= channel.maximum:
            raise OutOfRange(
                what=f"The value of {channel.name!r}",
                value=value,
                allowed=f"from {channel.minimum:g} to {channel.maximum:g}",
            )
        steps = round((value - channel.minimum) / channel.step)
        now = self._world.now()
        self._complete[number] = now + channel.seconds
        self._values[number].set(
            now + channel.seconds, channel.minimum + steps * channel.step, self._world.keep_since()
        )

    @locked
    def is_complete(self, number: int) -> bool:
        """Return whether a channel has taken the value that it was set to."""
        return self._world.now() >= self._complete[self._checked(number)]

    @locked
    def cancel(self, number: int) -> bool:
        """Leave a channel as it is now; return whether a change was still under way."""
        now = self._world.now()
        if self.is_complete(number):
            return False
        self._values[number].set(now, self._values[number].value(now), self._world.keep_since())
        self._complete[number] = now
        return True

    def _checked(self, number: int) -> int:
        if not 0 <= number < len(self.channels):
            raise OutOfRange(what="The switch", value=number, allowed=f"from 0 to {len(self.channels) - 1}")
        return number
