"""The child machine against a plain model, through every order of events that hypothesis can think of."""

from __future__ import annotations

import signal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ocs_sim.supervise import ChildMachine, ChildState, Gate, Policy, Target
from tests.supervise.fake_processes import FakeProcesses, HandClock, spec

POLICY = Policy()


class OneChild(RuleBasedStateMachine):
    """What must hold of a child, whatever happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.processes = FakeProcesses(self.clock)
        self.machine = ChildMachine(spec("data1"), self.processes, self.clock, POLICY, lambda _: None)
        self.target = Target.DOWN
        self.gate = Gate()
        self.crashes_in_a_row = 0
        self.not_before = 0.0

    def tick(self) -> None:
        spawns = len(self.processes.spawned)
        self.machine.tick(self.gate)
        for moment, _ in self.processes.spawned[spawns:]:
            assert self.target is Target.UP, "started although it is meant to be down"
            assert not self.gate.start_blockers, "started before what it depends on"
            assert moment >= self.not_before - 1e-9, "started before its back-off was over"

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0, 7.0, 25.0, 70.0]))
    def advance(self, seconds: float) -> None:
        was_up = self.machine.state is ChildState.UP
        self.clock.now += seconds
        self.tick()
        if was_up and seconds >= POLICY.healthy_seconds and self.machine.state is ChildState.UP:
            self.crashes_in_a_row = 0

    @rule(wanted=st.sampled_from(Target))
    def set_target(self, wanted: Target) -> None:
        self.target = wanted
        self.machine.set_target(wanted)
        if wanted is Target.UP:
            self.crashes_in_a_row, self.not_before = 0, 0.0
        self.tick()

    @rule()
    def restart(self) -> None:
        self.target = Target.UP
        self.crashes_in_a_row, self.not_before = 0, 0.0
        self.machine.request_restart()
        self.tick()

    @rule(starts=st.booleans(), stops=st.booleans(), hears=st.booleans())
    def change_gate(self, starts: bool, stops: bool, hears: bool) -> None:
        self.gate = Gate(("a",) if starts else (), ("b",) if stops else (), hears)
        self.tick()

    @rule(stubborn=st.sets(st.sampled_from([signal.SIGINT, signal.SIGTERM])))
    def harden(self, stubborn: set[signal.Signals]) -> None:
        self.processes.stubborn = frozenset(stubborn)

    @rule()
    def register(self) -> None:
        self.machine.mark_ready()
        self.tick()

    @precondition(
        lambda self: self.machine.state in (ChildState.UP, ChildState.WAIT_START) and self.processes.living
    )
    @rule(code=st.sampled_from([0, 1, -9, -11]))
    def crash(self, code: int) -> None:
        crashed = self.machine.target is Target.UP
        killed = code == -9 and self.machine.state is ChildState.UP
        (handle,) = self.processes.living
        restarts = self.machine.failures.restarts
        self.processes.end(handle, code)
        if crashed:
            self.crashes_in_a_row = self.machine.failures.in_a_row + 1
            delay = POLICY.delay_seconds(self.crashes_in_a_row)
            self.not_before = self.clock.now + (min(delay, POLICY.after_kill_seconds) if killed else delay)
        self.tick()
        assert self.machine.last_exit is not None
        assert self.machine.last_exit.code == code
        if crashed and self.crashes_in_a_row == 1 and not self.gate.start_blockers:
            assert self.machine.alive, "a first crash is answered at once"
            assert self.machine.failures.restarts == restarts + 1

    @invariant()
    def never_two_processes(self) -> None:
        assert len(self.processes.living) <= 1

    @invariant()
    def knows_whether_it_lives(self) -> None:
        living = {ChildState.UP, ChildState.WAIT_START, ChildState.WAIT_DEAD}
        assert self.machine.alive == (self.machine.state in living)
        assert self.machine.alive == bool(self.processes.living or self.processes.ended)

    @invariant()
    def up_means_ready(self) -> None:
        if self.machine.state is ChildState.UP:
            assert self.machine.ready
        if self.machine.ready:
            assert self.processes.living or self.processes.ended

    @invariant()
    def no_signal_before_its_time(self) -> None:
        interrupted: dict[int, float] = {}
        for moment, pid, number in self.processes.signals:
            interrupted.setdefault(pid, moment)
            waited = moment - interrupted[pid]
            assert number is not signal.SIGTERM or waited >= POLICY.terminate_after_seconds
            assert number is not signal.SIGKILL or waited >= POLICY.kill_after_seconds

    def teardown(self) -> None:
        self.set_target(Target.DOWN)
        for _ in range(100):
            self.clock.now += 0.1
            self.tick()
        assert self.machine.state is ChildState.DOWN, "whatever it was doing, down is reached"
        assert not self.processes.living


TestOneChild = OneChild.TestCase
