"""A queue does what a plain list of messages would, whatever is done to it and whenever."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ocs_sim.stores import Depth, LeaseLost, QueueSpec, StoreAddresses, open_stores
from tests.examples import examples
from tests.memory import IN_MEMORY
from tests.stores.clocks import HandClock

MOST, RETENTION = 3, 600


@dataclass
class Known:
    message_id: str
    body: str
    group: str
    sent: float
    until: float = 0.0
    deliveries: int = 0
    receipt: str = ""


class Queues(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.directory = tempfile.TemporaryDirectory(dir=IN_MEMORY)
        self.clock = HandClock()
        self.stores = open_stores(StoreAddresses(Path(self.directory.name)), self.clock)
        self.dead = self.stores.queue(QueueSpec("model-dead"))
        self.queue = self.stores.queue(
            QueueSpec("model", retention_seconds=RETENTION, max_deliveries=MOST, dead_letters="model-dead")
        )
        self.known: list[Known] = []
        self.dead_known: set[str] = set()
        self.held: list = []
        self.ids: dict[str, tuple[float, str]] = {}

    def teardown(self):
        self.stores.close()
        self.directory.cleanup()

    @rule(group=st.sampled_from("abc"), token=st.integers(0, 5))
    def send(self, group, token):
        now = self.clock.time()
        message_id = self.queue.send(f"{token} {len(self.ids)}", group=group, deduplication_id=f"{token}")
        sent, first_id = self.ids.get(f"{token}", (float("-inf"), ""))
        if now - sent < 300:
            assert message_id == first_id
            return
        self.known.append(Known(message_id, f"{token} {len(self.ids)}", group, now))
        self.ids[f"{token}"] = (now, message_id)

    @rule(limit=st.integers(1, 10), lease=st.sampled_from([1, 30]))
    def receive(self, limit, lease):
        now = self.clock.time()
        self.forget()
        received = self.queue.receive(limit=limit, lease_seconds=lease)
        blocked = {known.group for known in self.known if known.until > now}
        wanted = [known for known in self.known if known.group not in blocked]
        # The dead make room for others, but only where they stood in the way of them.
        while dead := [known for known in wanted[:limit] if known.deliveries >= MOST]:
            for known in dead:
                self.known.remove(known)
                wanted.remove(known)
                self.dead_known.add(known.message_id)
        assert [message.body for message in received] == [known.body for known in wanted[:limit]]
        for known, message in zip(wanted[:limit], received, strict=True):
            known.until, known.receipt = now + lease, message.receipt
            known.deliveries += 1
            assert message.deliveries == known.deliveries
        self.held += received

    @rule(which=st.integers(1, 4), data=st.sampled_from(["acknowledge", "give back", "extend"]))
    def use_a_lease(self, which, data):
        if not self.held:
            return
        message = self.held[-min(which, len(self.held))]
        self.forget()
        known = next((known for known in self.known if known.message_id == message.message_id), None)
        if known is None and message.message_id not in self.dead_known:
            # Nobody can have it: to be done with it is no fault, to keep it is.
            if data == "acknowledge":
                return
        elif known is not None and known.receipt == message.receipt and known.until > self.clock.time():
            self.use(message, data)
            if data == "acknowledge":
                self.known.remove(known)
            else:
                known.until = self.clock.time() + (0 if data == "give back" else 60)
            return
        with pytest.raises(LeaseLost):
            self.use(message, data)

    def use(self, message, what):
        if what == "acknowledge":
            self.queue.acknowledge(message)
        else:
            self.queue.extend(message, 0 if what == "give back" else 60)

    @rule(seconds=st.sampled_from([2, 40, 299]))
    def time_passes(self, seconds):
        self.clock.advance(seconds)

    @invariant()
    def nothing_is_lost(self):
        self.forget()
        now = self.clock.time()
        leased = sum(known.until > now for known in self.known)
        assert self.queue.depth() == Depth(len(self.known) - leased, leased)
        assert self.dead.depth() == Depth(len(self.dead_known), 0)

    def forget(self):
        kept_since = self.clock.time() - RETENTION
        self.known = [known for known in self.known if known.sent > kept_since]


TestQueues = Queues.TestCase
TestQueues.settings = settings(max_examples=examples(60), stateful_step_count=50, deadline=None)
