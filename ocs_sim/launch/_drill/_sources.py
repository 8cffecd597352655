"""The agents that publish in a drill, and how much they have published."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ocs_sim.bus import BusError
from ocs_sim.launch._drill._desk import until
from ocs_sim.launch._drill._errors import LoadRefused
from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._scratch import Scratch
from ocs_sim.wire import ResponseCode, feed_address

Boot = tuple[str, str]
_START_SECONDS = 20.0
_STOP_SECONDS = 60.0
_SAMPLER = "sampler"
_AT_ONCE_SECONDS = 0.25


class Sources:
    """Starts and stops FakeData's `sampler`; `published` has the blocks of each feed's address and boot.

    Of a boot that was killed, that is what it had written to its spill file: nothing is sent before.
    """

    def __init__(self, scratch: Scratch, load: Load) -> None:
        self._scratch = scratch
        self._load = load
        self.published: dict[Boot, int] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The instance-ids of the agents that publish."""
        return self._scratch.sources

    @property
    def feeds(self) -> tuple[str, ...]:
        """The addresses of their feeds."""
        return tuple(self.feed(name) for name in self.names)

    def feed(self, name: str) -> str:
        """Return the address of an agent's feed."""
        return feed_address(self._scratch.layout.address(name), self._load.feed)

    def start(self) -> None:
        """Have all of them publish; raises LoadRefused."""
        for name in self.names:
            self.start_one(name)

    def start_one(self, name: str) -> None:
        """Have one of them publish as soon as it answers; raises LoadRefused."""
        parameters = self._load.parameters(len(self.names))

        def started() -> bool:
            try:
                code, message = self._scratch.desk.request(name, "start", _SAMPLER, **parameters)
            except BusError:
                return False
            if code != ResponseCode.OK:
                raise LoadRefused(name=name, message=message)
            return True

        until(started, f"{name} publishes", _START_SECONDS)

    def stop(self) -> None:
        """Have all of them end, and note what they have published."""
        for name in self.names:
            self._scratch.desk.request(name, "stop", _SAMPLER)
        for name in self.names:
            session = until(partial(self._ended, name), f"{name} has ended its run", _STOP_SECONDS)
            boot_id = str(self._told(name, "get_api")["boot_id"])
            self.published[self.feed(name), boot_id] = int(session["data"]["published"])

    def all_sent(self) -> bool:
        """Return whether nothing waits to be sent but what is being published now."""
        most = _AT_ONCE_SECONDS * self._load.blocks_per_second + 1
        waiting = [self._waiting(name) for name in self.names]
        return all(blocks is not None and blocks <= most for blocks in waiting)

    def note_earlier(self, name: str) -> None:
        """Note what the earlier boots of an agent had published: it still offers that for replay."""
        for boot in self._told(name, "replay_index").get("earlier") or ():
            kept = boot["feeds"].get(self._load.feed)
            if kept:
                self.published[self.feed(name), str(boot["boot_id"])] = int(kept["next"])

    def _waiting(self, name: str) -> int | None:
        feeds = dict(self._scratch.desk.ask(name, "get_feeds") or ())
        counters: Mapping[str, int] = feeds.get(self._load.feed, {}).get("counters") or {}
        return counters.get("waiting")

    def _told(self, name: str, question: str) -> Mapping[str, Any]:
        return until(
            lambda: self._scratch.desk.ask(name, question), f"{name} answers {question}", _START_SECONDS
        )

    def _ended(self, name: str) -> dict[str, Any] | None:
        session = self._scratch.desk.session(name, _SAMPLER)
        return session if session and session["status"] == "done" else None
