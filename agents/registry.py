"""Registry: which agents there are, and how each of their operations stands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.agent import Agent, AgentContext, Feed, OperationFailed, Run, option, process, task
from ocs_sim.agent import Options as AgentOptions
from ocs_sim.wire import (
    BadFeedMessage,
    BadName,
    OpCode,
    agent_address,
    check_field_name,
    decode_publication,
    every_heartbeat,
)

EXPIRED_AFTER_SECONDS = 5.0
_PERIOD_SECONDS = 1.0


class RegistryOptions(AgentOptions):
    """What a site file may say of the Registry."""

    wait_time: float = option(30.0, gt=0, help="Seconds between publications of all operation codes.")


@dataclass
class Entry:
    """One agent that was heard; times are unix seconds."""

    agent_address: str
    agent_class: str | None
    boot_id: str
    first_seen: float
    last_updated: float
    expired: bool = False
    time_expired: float | None = None
    op_codes: dict[str, int] = field(default_factory=dict)

    def refresh(self, op_codes: Mapping[str, int], boot_id: str, now: float) -> bool:
        """Take in a heartbeat; return whether it told anything new."""
        # A new boot may have other operations; those of the old one are no more.
        codes = dict(op_codes) if boot_id != self.boot_id else {**self.op_codes, **op_codes}
        changed = codes != self.op_codes
        self.op_codes, self.boot_id, self.last_updated = codes, boot_id, now
        self.expired, self.time_expired = False, None
        return changed

    def expire(self, now: float) -> bool:
        """Notice that no heartbeat came for too long; return whether that is new."""
        if self.expired or now - self.last_updated <= EXPIRED_AFTER_SECONDS:
            return False
        self.expired, self.time_expired = True, now
        self.op_codes = dict.fromkeys(self.op_codes, int(OpCode.EXPIRED))
        return True

    def encode(self) -> dict[str, Any]:
        """Return the entry as OCS has it, with `boot_id` and `first_seen` added."""
        return {
            "expired": self.expired,
            "time_expired": self.time_expired,
            "last_updated": self.last_updated,
            "op_codes": dict(self.op_codes),
            "agent_class": self.agent_class,
            "agent_address": self.agent_address,
            "boot_id": self.boot_id,
            "first_seen": self.first_seen,
        }


class Registry(Agent[RegistryOptions]):
    """Listens to every agent's heartbeat; what it heard outlives the runs of `main`."""

    Options = RegistryOptions
    aliases = ("Registry",)

    operations_feed = Feed("agent_operations", record=True, agg_params={"frame_length": 60})

    def __init__(self, context: AgentContext[RegistryOptions]) -> None:
        super().__init__(context)
        self.entries: dict[str, Entry] = {}

    async def on_start(self) -> None:
        """Listen to every heartbeat from the first join on."""
        await self.context.subscribe(every_heartbeat(self.context.address_root), self._hear, "wildcard")

    @process(startup=True)
    async def main(self, run: Run, test_mode: bool = False) -> str:
        """main(test_mode=False)

        **Process** - Watch over all agents.

        `session['data']` maps the address of each agent that was ever heard to its entry:
        `{"observatory.data1": {"expired": False, "time_expired": None, "last_updated": 1669925713.4,
        "op_codes": {"acq": 3}, "agent_class": "FakeDataAgent", "agent_address": "observatory.data1", ...}}`.

        Args:
            test_mode (bool): Look around once and end.

        """
        clock = self.context.clock
        last_full = clock.monotonic()
        async for tick in run.every(_PERIOD_SECONDS):
            self._look(clock.time())
            run.data = self._table()
            if clock.monotonic() - last_full >= self.options.wait_time:
                last_full = clock.monotonic()
                for entry in self.entries.values():
                    self._publish(entry)
            if test_mode and tick:
                break
        return "Stopped registry main process"

    @task(abortable=False)
    async def register_agent(self, run: Run, **agent_data: Any) -> str:  # noqa: ARG002
        """register_agent(**agent_data)

        **Task** - Does nothing: agents are known by their heartbeats. OCS of long ago called it.
        """
        self.log.warning(
            "%s calls register_agent: its OCS is very old", agent_data.get("agent_address", "someone")
        )
        return "'register_agent' is deprecated"

    @task(abortable=False)
    async def forget(self, run: Run, address: str) -> str:  # noqa: ARG002
        """forget(address)

        **Task** - Forget an agent that is gone for good; one that still beats comes back at once.

        Args:
            address (str): The agent's address, or its instance-id.

        """
        for known in (address, agent_address(self.context.address_root, address)):
            if self.entries.pop(known, None) is not None:
                return f"Forgot {known}."
        near = difflib.get_close_matches(address, self.entries, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise OperationFailed(f"No agent with address {address!r} is known{hint}")

    def _hear(self, publication: Any) -> None:
        try:
            heartbeat = decode_publication(publication, "a heartbeat")
        except BadFeedMessage as fault:
            self.log.warning("%s", fault)
            return
        feed, codes = heartbeat.feed, heartbeat.message
        if isinstance(codes, Mapping) and all(isinstance(each, int) for each in codes.values()):
            self._note(feed.agent_address, feed.agent_class or None, feed.session_id, codes)

    def _look(self, now: float) -> None:
        # The router does not give a publisher its own words back.
        context = self.context
        self._note(context.address, context.agent_class, context.boot_id, self.operations.codes())
        for entry in self.entries.values():
            if entry.expire(now):
                self.log.warning("%s is silent since %.0f s", entry.agent_address, now - entry.last_updated)
                self._publish(entry)

    def _note(self, address: str, agent_class: str | None, boot_id: str, op_codes: Mapping[str, int]) -> None:
        now = self.context.clock.time()
        entry = self.entries.get(address)
        if entry is None:
            entry = self.entries[address] = Entry(address, agent_class, boot_id, now, now)
        if entry.refresh(op_codes, boot_id, now):
            self._publish(entry)

    def _table(self) -> dict[str, dict[str, Any]]:
        return {address: entry.encode() for address, entry in self.entries.items()}

    def _publish(self, entry: Entry) -> None:
        now = self.context.clock.time()
        for op_name, code in entry.op_codes.items():
            name = _field(entry.agent_address, op_name)
            if name is not None:
                self.operations_feed.publish_block(name, {name: code}, now)


def _field(address: str, op_name: str) -> str | None:
    name = re.sub("[^a-zA-Z0-9_]", "", re.sub("[.\\- ]", "_", f"{address}_{op_name}"))[:255]
    try:
        return check_field_name(name)
    except BadName:
        return None
