"""An operation that ends others of its agent."""

from __future__ import annotations

import threading

import pytest

from ocs_sim.agent import Agent, BadDeclaration, Run, process, task
from ocs_sim.testing import AgentHarness


class Mover(Agent):
    """Moves, and parks."""

    def __init__(self, context):
        super().__init__(context)
        self.happened = []
        self.released = threading.Event()

    @task()
    def move(self, run: Run, seconds: float = 60.0) -> None:
        try:
            run.sleep(seconds)
        finally:
            self.happened.append("moved")

    @task()
    def stubborn(self, run: Run) -> None:
        self.released.wait(20.0)
        self.happened.append("gave in")

    @process()
    def watch(self, run: Run) -> None:
        for _ in run.every(1.0):
            pass
        self.happened.append("watched")

    @task()
    def park(self, run: Run, patience: float = 30.0) -> str:
        ended = self.preempt(run, "move", "stubborn", "watch", "park")
        self.happened.append("asked")
        ended.wait(patience)
        self.happened.append("parked")
        return f"Parked after {ended.names}."

    @task()
    def confused(self, run: Run) -> None:
        with pytest.raises(BadDeclaration, match="no such operation"):
            self.preempt(run, "fly")


@pytest.fixture
def mover():
    with AgentHarness(Mover) as harness:
        yield harness
        harness.agent.released.set()


def running(harness, *names):
    for name in names:
        harness.start(name)
        harness.until(lambda name=name: harness.status(name).session["status"] == "running")


def test_what_runs_is_ended_before_one_goes_on(mover):
    running(mover, "move", "watch")
    parked = mover.run("park").session
    assert (parked["success"], parked["messages"][-2][1]) == (True, "Parked after ['move', 'watch'].")
    assert mover.agent.happened[-1] == "parked"
    assert set(mover.agent.happened) == {"asked", "moved", "watched", "parked"}
    moved, watched = mover.wait("move").session, mover.wait("watch").session
    assert (moved["success"], moved["cancel_reason"]) == (False, "abort")
    assert "Asked to end for park[2]." in [text for _, text in moved["messages"]]
    assert (watched["success"], watched["cancel_reason"]) == (True, "stop")


def test_with_nothing_to_end_one_goes_on_at_once(mover):
    running(mover, "move")
    mover.abort("move")
    mover.wait("move")
    assert mover.run("park").session["messages"][-2][1] == "Parked after []."


def test_what_does_not_end_in_time_is_named(mover):
    running(mover, "stubborn")
    mover.start("park", patience=1.0)
    mover.until(lambda: mover.status("park").session["progress"] is not None)
    assert mover.status("park").session["progress"]["waiting_for"] == "the end of stubborn[0]"
    failed = mover.wait("park").session
    assert failed["success"] is False
    assert failed["messages"][-2][1] == "stubborn[0] was asked to end and has not after 1.0 s."


def test_who_waits_can_be_aborted(mover):
    running(mover, "stubborn")
    mover.start("park")
    mover.until(lambda: mover.status("park").session["progress"] is not None)
    mover.abort("park")
    assert mover.wait("park").session["messages"][-2][1] == "Aborted."
    assert "parked" not in mover.agent.happened


def test_names_are_checked(mover):
    assert mover.run("confused").session["success"] is True
