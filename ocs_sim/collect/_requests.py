"""What a planner may want: to ask an agent for something, or to give blocks up."""

from __future__ import annotations

from dataclasses import dataclass

from ocs_sim.wire import feed_address


@dataclass(frozen=True, slots=True)
class AskIndex:
    """Ask an agent which blocks of which boots it keeps."""

    agent_address: str


@dataclass(frozen=True, slots=True)
class AskBlocks:
    """Ask an agent for the blocks `first` to `last`, inclusive, of one feed and boot.

    With `sifted` the answer is to be looked through for which blocks are in it.
    """

    agent_address: str
    feed: str
    boot_id: str
    first: int
    last: int
    sifted: bool = False

    @property
    def feed_address(self) -> str:
        """The feed's address."""
        return feed_address(self.agent_address, self.feed)


Ask = AskIndex | AskBlocks


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The blocks `first` to `last`, inclusive, will never come.

    `reason` is None for those that were gone before the archive began: nobody lost them.
    """

    feed_address: str
    boot_id: str
    first: int
    last: int
    reason: str | None
