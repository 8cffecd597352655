"""The child machine on a clock that is turned by hand."""

from __future__ import annotations

import itertools
import signal

import pytest

from ocs_sim.supervise import ChildMachine, ChildState, Gate, Handle, Policy, Target
from tests.supervise.fake_processes import FakeProcesses, HandClock, spec

OPEN = Gate()


class Bench:
    """A machine with its surroundings."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.processes = FakeProcesses(self.clock)
        self.said: list[str] = []
        self.machine = ChildMachine(spec("data1"), self.processes, self.clock, Policy(), self.said.append)

    def advance(self, seconds: float, gate: Gate = OPEN) -> None:
        for _ in range(round(seconds * 10)):
            self.clock.now += 0.1
            self.machine.tick(gate)

    def bring_up(self) -> None:
        self.machine.set_target(Target.UP)
        self.machine.tick(OPEN)
        self.machine.mark_ready()
        self.machine.tick(OPEN)
        assert self.machine.state is ChildState.UP

    def crash(self, code: int = 1, *lines: str) -> None:
        assert self.machine.handle is not None
        self.processes.end(self.machine.handle, code, *lines)
        self.machine.tick(OPEN)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_is_up_only_when_registered(bench: Bench) -> None:
    bench.machine.set_target(Target.UP)
    bench.machine.tick(OPEN)
    assert bench.machine.state is ChildState.WAIT_START
    assert not bench.machine.ready
    bench.machine.mark_ready()
    bench.machine.tick(OPEN)
    assert bench.machine.state is ChildState.UP
    assert bench.machine.ready
    assert bench.said == ["Requested launch for FakeDataAgent:data1", "Launched FakeDataAgent:data1"]


def test_waits_for_what_it_depends_on(bench: Bench) -> None:
    bench.machine.set_target(Target.UP)
    bench.machine.tick(Gate(start_blockers=("camera",)))
    assert bench.machine.state is ChildState.START
    assert not bench.processes.spawned
    bench.machine.tick(OPEN)
    assert bench.machine.state is ChildState.WAIT_START


def test_first_crash_restarts_at_once(bench: Bench) -> None:
    bench.bring_up()
    bench.crash(-9)
    assert bench.machine.state is ChildState.WAIT_START
    assert bench.machine.failures.restarts == 1
    assert bench.machine.last_exit is not None
    assert bench.machine.last_exit.text == "SIGKILL"
    assert "Detected exit of FakeDataAgent:data1 with SIGKILL." in bench.said


def test_backs_off_while_it_keeps_failing(bench: Bench) -> None:
    bench.bring_up()
    for _ in range(9):
        bench.crash(1, "Traceback", "ValueError: no")
        while bench.machine.state is not ChildState.WAIT_START:
            bench.advance(0.1)
    starts = [moment for moment, _ in bench.processes.spawned]
    waits = [round(after - before) for before, after in itertools.pairwise(starts)]
    assert waits == [0, 1, 2, 4, 8, 16, 30, 30, 30]
    assert any("code 1. Its last lines:\n  Traceback\n  ValueError: no" in text for text in bench.said)


def test_kills_of_a_child_that_is_up_are_not_held_against_it(bench: Bench) -> None:
    bench.bring_up()
    for _ in range(20):
        bench.crash(-signal.SIGKILL)
        bench.advance(1.0)
        assert bench.machine.state is ChildState.WAIT_START
        bench.machine.mark_ready()
        bench.advance(0.1)
        assert bench.machine.state is ChildState.UP
    assert bench.machine.failures.restarts == 20


def test_a_kill_before_it_is_up_backs_off_like_any_failure(bench: Bench) -> None:
    bench.bring_up()
    for _ in range(5):
        bench.crash(-signal.SIGKILL)
        while bench.machine.state is not ChildState.WAIT_START:
            bench.advance(0.1)
    starts = [moment for moment, _ in bench.processes.spawned]
    assert [round(after - before) for before, after in itertools.pairwise(starts)] == [0, 1, 2, 4, 8]


def test_a_while_of_health_forgives(bench: Bench) -> None:
    bench.bring_up()
    bench.crash()
    bench.crash()
    assert bench.machine.state is ChildState.START_AT
    bench.advance(1.2)
    bench.machine.mark_ready()
    bench.advance(20.5)
    bench.crash()
    assert bench.machine.state is ChildState.WAIT_START
    assert bench.machine.failures.in_a_row == 1
    assert bench.machine.failures.restarts == 3


def test_asking_again_ends_the_wait(bench: Bench) -> None:
    bench.bring_up()
    for _ in range(4):
        bench.crash()
        bench.machine.set_target(Target.UP)
        bench.machine.tick(OPEN)
        assert bench.machine.state is ChildState.WAIT_START


def test_escalates_to_sigkill(bench: Bench) -> None:
    bench.processes.stubborn = frozenset({signal.SIGINT, signal.SIGTERM})
    bench.bring_up()
    bench.machine.set_target(Target.DOWN)
    bench.machine.tick(OPEN)
    assert bench.machine.state is ChildState.WAIT_DEAD
    bench.advance(7)
    assert bench.machine.state is ChildState.DOWN
    began = bench.processes.signals[0][0]
    sent = [(round(moment - began), number) for moment, _, number in bench.processes.signals]
    assert sent == [(0, signal.SIGINT), (3, signal.SIGTERM), (6, signal.SIGKILL)]
    assert bench.machine.failures.restarts == 0


def test_stops_after_its_dependents_but_not_for_ever(bench: Bench) -> None:
    bench.bring_up()
    bench.machine.set_target(Target.DOWN)
    held = Gate(stop_blockers=("client",))
    bench.advance(0.8, held)
    assert bench.machine.state is ChildState.UP
    bench.advance(0.4, held)
    assert bench.machine.state is ChildState.DOWN


def test_one_that_never_registers_is_started_again(bench: Bench) -> None:
    bench.machine.set_target(Target.UP)
    bench.advance(21)
    assert len(bench.processes.spawned) == 2
    assert bench.machine.problem == "did not register within 20 s"
    bench.machine.mark_ready()
    bench.machine.tick(OPEN)
    assert bench.machine.problem is None
    assert bench.machine.failures.restarts == 1


def test_is_not_blamed_while_the_router_is_away(bench: Bench) -> None:
    bench.machine.set_target(Target.UP)
    bench.advance(60, Gate(hears=False))
    assert bench.machine.state is ChildState.WAIT_START
    assert len(bench.processes.spawned) == 1


def test_restart_on_request_is_no_failure(bench: Bench) -> None:
    bench.bring_up()
    first = bench.machine.handle
    bench.machine.request_restart()
    assert not bench.machine.in_step
    bench.advance(0.2)
    bench.machine.mark_ready()
    bench.machine.tick(OPEN)
    assert bench.machine.state is ChildState.UP
    assert bench.machine.in_step
    assert bench.machine.handle != first
    assert bench.machine.failures.restarts == 0
    assert bench.machine.stability == 1.0


def test_adopts_instead_of_starting_twice(bench: Bench) -> None:
    living = Handle(77, 5.0)
    bench.processes.found["data1"] = living
    bench.machine.set_target(Target.UP)
    bench.machine.tick(OPEN)
    assert bench.machine.handle == living
    assert not bench.processes.spawned
    assert bench.said == ["Adopted FakeDataAgent:data1, which runs as process 77"]


def test_a_command_that_cannot_run_backs_off_and_says_why(bench: Bench) -> None:
    bench.processes.refuses = "No such file"
    bench.machine.set_target(Target.UP)
    bench.machine.tick(OPEN)
    assert bench.machine.state is ChildState.START_AT
    assert bench.machine.last_exit is not None
    assert "could not be started: No such file" in bench.machine.last_exit.text
    bench.processes.refuses = None
    bench.advance(1.2)
    assert bench.machine.state is ChildState.WAIT_START


def test_inoperable_is_a_state_of_its_own(bench: Bench) -> None:
    bench.machine.set_operable(operable=False, problem="no such class")
    bench.machine.set_target(Target.UP)
    bench.machine.tick(OPEN)
    assert bench.machine.state is ChildState.INOPERABLE
    assert bench.machine.problem == "no such class"
    bench.machine.set_operable(operable=True)
    bench.machine.tick(OPEN)
    assert bench.machine.state is ChildState.WAIT_START
    assert bench.machine.problem is None


def test_a_child_that_ends_by_itself_while_it_waits_to_stop_is_down(bench: Bench) -> None:
    bench.bring_up()
    bench.machine.set_target(Target.DOWN)
    bench.machine.tick(Gate(stop_blockers=("client",)))
    bench.crash(0)
    assert bench.machine.state is ChildState.DOWN
    assert bench.machine.failures.in_a_row == 0
