"""One device at a time, first come first served, for threads and coroutines alike."""

from __future__ import annotations

import pytest

from ocs_sim.agent import Agent, DeviceLock, LockHeldTwice, Run, task
from ocs_sim.testing import AgentHarness, ManualClock


class Shared(Agent):
    def __init__(self, context):
        super().__init__(context)
        self.lock = DeviceLock("stage")
        self.order = []
        for number in range(3):
            self.register_task(f"thread{number}", self.in_thread)
            self.register_task(f"loop{number}", self.in_loop)

    def in_thread(self, run: Run, seconds: float = 1.0, patience: float | None = None) -> None:
        with self.lock.hold(run, patience):
            self.order.append(run.name)
            run.sleep(seconds)

    async def in_loop(self, run: Run, seconds: float = 1.0, patience: float | None = None) -> None:
        async with self.lock.hold_async(run, patience):
            self.order.append(run.name)
            await run.sleep_async(seconds)

    @task()
    def twice(self, run: Run) -> None:
        with self.lock.hold(run), self.lock.hold(run):
            pass


@pytest.fixture
def shared():
    with AgentHarness(Shared, clock=ManualClock()) as harness:
        yield harness


def start(shared, *names, **params):
    for name in names:
        shared.start(name, **params)
        shared.advance(0.0)


NAMES = ["thread0", "loop0", "thread1", "loop1"]


def test_whoever_comes_first_is_served_first(shared):
    start(shared, *NAMES)
    assert shared.agent.lock.encode() == {
        "name": "stage",
        "owner": "thread0[0]",
        "queue": ["loop0[1]", "thread1[2]", "loop1[3]"],
    }
    waiting = shared.status("loop1").session["progress"]["waiting_for"]
    assert waiting == "stage held by thread0[0]"
    shared.advance(4.0)
    assert shared.agent.order == NAMES
    assert all(shared.wait(name).session["success"] for name in NAMES)
    assert shared.agent.lock.encode()["owner"] is None


@pytest.mark.parametrize("name", ["thread1", "loop1"])
def test_patience_ends_with_a_text_that_names_the_owner(shared, name):
    start(shared, "thread0", seconds=10.0)
    start(shared, name, patience=2.0)
    shared.advance(3.0)
    session = shared.wait(name).session
    assert session["success"] is False
    assert session["messages"][-2][1] == "stage is still held by thread0[0] after 2.0 s."
    assert shared.agent.lock.encode()["queue"] == []


@pytest.mark.parametrize("name", ["thread1", "loop1"])
def test_an_abort_ends_the_wait_and_leaves_the_queue_in_order(shared, name):
    start(shared, "thread0", name, "loop2", seconds=5.0)
    shared.abort(name)
    assert shared.wait(name).session["messages"][-2][1] == "Aborted."
    assert shared.agent.lock.encode()["queue"] == ["loop2[2]"]
    shared.advance(10.0)
    assert shared.agent.order == ["thread0", "loop2"]


def test_a_holder_that_fails_gives_the_lock_on(shared):
    start(shared, "thread0", "loop0", seconds=5.0)
    shared.abort("thread0")
    shared.advance(5.0)
    assert shared.wait("loop0").session["success"]


def test_waiting_for_oneself_is_an_error_and_not_a_deadlock(shared):
    session = shared.run("twice").session
    assert session["messages"][-2][1] == "ERROR: twice[0] holds stage already and would wait for itself."
    assert LockHeldTwice is not None
    assert shared.agent.lock.encode()["owner"] is None
