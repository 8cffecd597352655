"""The life of one child process, as an explicit state machine: docs/explanation/host-master.md draws it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass

from ocs_sim.clock import Clock
from ocs_sim.supervise._errors import NotSpawned
from ocs_sim.supervise._failures import Failures
from ocs_sim.supervise._policy import Policy
from ocs_sim.supervise._ports import Exit, Handle, Processes, ProcessSpec
from ocs_sim.supervise._states import ChildState, Target

_ESCALATION = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


@dataclass(frozen=True)
class Gate:
    """What holds a child back: who must be ready before it starts, who must be gone before it stops.

    `hears` says whether a registration could be noticed at all: without the router nobody registers, and
    a child must not be blamed for that.
    """

    start_blockers: tuple[str, ...] = ()
    stop_blockers: tuple[str, ...] = ()
    hears: bool = True


class ChildMachine:
    """One child process: started, waited for, restarted when it fails, and brought down.

    Time comes from `clock`, and every effect is a call on `processes` or a sentence to `report`.
    """

    def __init__(
        self,
        spec: ProcessSpec,
        processes: Processes,
        clock: Clock,
        policy: Policy,
        report: Callable[[str], None],
    ) -> None:
        self.spec = spec
        self.running_spec: ProcessSpec | None = None
        self.state = ChildState.DOWN
        self.target = Target.DOWN
        self.handle: Handle | None = None
        self.ready = False
        self.problem: str | None = None
        self.last_exit: Exit | None = None
        self.last_exit_time: float | None = None
        self.since = clock.time()
        self.failures = Failures(policy)
        self._processes = processes
        self._clock = clock
        self._policy = policy
        self._report = report
        self._operable = True
        self._entered = clock.monotonic()
        self._restart_wanted = False
        self._stop_wanted_since: float | None = None
        self._signals_sent = 0
        self._steps: dict[ChildState, Callable[[Gate], None]] = {
            ChildState.DOWN: self._step_down,
            ChildState.START: self._step_start,
            ChildState.START_AT: self._step_start_at,
            ChildState.WAIT_START: self._step_wait_start,
            ChildState.UP: self._step_up,
            ChildState.WAIT_DEAD: self._step_wait_dead,
            ChildState.INOPERABLE: self._step_inoperable,
        }

    @property
    def alive(self) -> bool:
        """Whether it has a process."""
        return self.handle is not None

    @property
    def stability(self) -> float:
        """OCS's figure: 1 is steady, 0.5 and less is unstable."""
        return self.failures.stability(self._clock.monotonic())

    @property
    def operable(self) -> bool:
        """Whether it could be started."""
        return self._operable

    @property
    def in_step(self) -> bool:
        """Whether it is what it is meant to be."""
        if self._restart_wanted:
            return False
        wanted = ChildState.UP if self.target is Target.UP else ChildState.DOWN
        return self.state in (wanted, ChildState.INOPERABLE)

    def set_target(self, target: Target) -> None:
        """Say what it is meant to be. `up` ends the wait of a back-off, `down` undoes a restart."""
        self.target = target
        if target is Target.DOWN:
            self._restart_wanted = False
        else:
            self.failures.forgive()

    def request_restart(self) -> None:
        """End its process, if it has one, and start it anew; the target becomes `up`."""
        self.set_target(Target.UP)
        self._restart_wanted = self.state in (ChildState.WAIT_START, ChildState.UP)

    def set_operable(self, *, operable: bool, problem: str | None = None) -> None:
        """Say whether it could be started at all, and if not, why; a living process is left alone."""
        self._operable = operable
        if not operable or self.state is ChildState.INOPERABLE:
            self.problem = problem

    def adopt(self, handle: Handle) -> None:
        """Take over a process that already lives; only for a child that has none. What lives is wanted."""
        self.handle = handle
        self.target = Target.UP
        self.running_spec = self.spec
        self._enter(ChildState.WAIT_START)
        self._report(f"Adopted {self.spec.label}, which runs as process {handle.pid}")

    def mark_ready(self) -> None:
        """Its process has registered on the bus."""
        if self.state is ChildState.WAIT_START:
            self.ready = True
            self.problem = None

    def tick(self, gate: Gate) -> None:
        """Do all that is due now."""
        self._collect_exit()
        for _ in ChildState:
            before = self.state
            self._steps[before](gate)
            if self.state is before:
                return

    def _step_down(self, _gate: Gate) -> None:
        if not self._operable:
            self._enter(ChildState.INOPERABLE)
        elif self.target is Target.UP:
            self._enter(ChildState.START)

    def _step_inoperable(self, _gate: Gate) -> None:
        if self._operable:
            self.problem = None
            self._enter(ChildState.DOWN)

    def _step_start(self, gate: Gate) -> None:
        if not self._gave_up_starting() and not gate.start_blockers:
            self._spawn()

    def _step_start_at(self, _gate: Gate) -> None:
        if not self._gave_up_starting() and self._elapsed() >= self.failures.delay_seconds:
            self._enter(ChildState.START)

    def _gave_up_starting(self) -> bool:
        if self.target is Target.UP and self._operable:
            return False
        self._go_down()
        return True

    def _step_wait_start(self, gate: Gate) -> None:
        if self._is_to_stop():
            self._stop_when_free(gate)
        elif self.ready:
            self._enter(ChildState.UP)
        elif not gate.hears:
            self._entered = self._clock.monotonic()
        elif self._elapsed() >= self._policy.wait_start_seconds:
            self.problem = f"did not register within {self._policy.wait_start_seconds:g} s"
            self._report(f"{self.spec.label} {self.problem}; it is stopped and started again")
            self._begin_stop()
            self.failures.add(self._clock.monotonic())

    def _step_up(self, gate: Gate) -> None:
        if self._is_to_stop():
            self._stop_when_free(gate)
        elif self._elapsed() >= self._policy.healthy_seconds:
            self.failures.forgive()

    def _is_to_stop(self) -> bool:
        wanted = self.target is Target.DOWN or self._restart_wanted
        if not wanted:
            self._stop_wanted_since = None
        return wanted

    def _stop_when_free(self, gate: Gate) -> None:
        now = self._clock.monotonic()
        if self._stop_wanted_since is None:
            self._stop_wanted_since = now
        if not gate.stop_blockers or now - self._stop_wanted_since >= self._policy.stop_order_seconds:
            self._report(f"Requesting termination of {self.spec.label}")
            self._begin_stop()

    def _begin_stop(self) -> None:
        self._signals_sent = 0
        self._restart_wanted = False
        self._enter(ChildState.WAIT_DEAD)

    def _step_wait_dead(self, _gate: Gate) -> None:
        after = (0.0, self._policy.terminate_after_seconds, self._policy.kill_after_seconds)
        while self._signals_sent < len(_ESCALATION) and self._elapsed() >= after[self._signals_sent]:
            number = _ESCALATION[self._signals_sent]
            self._signals_sent += 1
            if number is not signal.SIGINT:
                self._report(f"{self.spec.label} did not end; sending {number.name}")
            if self.handle is not None:
                self._processes.signal(self.handle, number)

    def _spawn(self) -> None:
        living = self._processes.find(self.spec)
        if living is not None:
            self.adopt(living)
            return
        self._report(f"Requested launch for {self.spec.label}")
        self.failures.count_start()
        try:
            self.handle = self._processes.spawn(self.spec)
        except NotSpawned as error:
            failed = Exit(str(error))
            self._remember_exit(failed)
            self._report(str(error))
            self._fail(failed)
            return
        self.running_spec = self.spec
        self._enter(ChildState.WAIT_START)
        self._report(f"Launched {self.spec.label}")

    def _collect_exit(self) -> None:
        exit_ = self._processes.poll(self.handle) if self.handle else None
        if exit_ is None:
            return
        self.handle = None
        self._remember_exit(exit_)
        if self.state is ChildState.WAIT_DEAD or self.target is Target.DOWN:
            self._report(f"Agent instance {self.spec.label} has exited ({exit_.text})")
            self._after_wanted_exit()
        else:
            self._report(_describe_failure(self.spec.label, exit_))
            self._fail(exit_)

    def _after_wanted_exit(self) -> None:
        if self.target is Target.DOWN:
            self._go_down()
        else:
            self._enter(ChildState.START_AT)

    def _fail(self, exit_: Exit) -> None:
        was_up = self.state is ChildState.UP
        if was_up and self._elapsed() >= self._policy.healthy_seconds:
            self.failures.forgive()
        self.failures.add(self._clock.monotonic(), was_killed=was_up and exit_.is_kill)
        self._enter(ChildState.START_AT)
        if self.failures.delay_seconds:
            count, delay = self.failures.in_a_row, self.failures.delay_seconds
            self._report(f"{self.spec.label} failed {count} times in a row; next try in {delay:g} s")

    def _go_down(self) -> None:
        self.failures.forget_restart()
        self._enter(ChildState.DOWN)

    def _remember_exit(self, exit_: Exit) -> None:
        self.last_exit = exit_
        self.last_exit_time = self._clock.time()

    def _enter(self, state: ChildState) -> None:
        self.state = state
        self.since = self._clock.time()
        self._entered = self._clock.monotonic()
        self.ready = self.ready and state is ChildState.UP
        self._stop_wanted_since = None
        self._restart_wanted = self._restart_wanted and state in (ChildState.WAIT_START, ChildState.UP)

    def _elapsed(self) -> float:
        return self._clock.monotonic() - self._entered


def _describe_failure(label: str, exit_: Exit) -> str:
    lines = "".join(f"\n  {line}" for line in exit_.output_tail)
    code = exit_.text.removeprefix("exit ")
    return f"Detected exit of {label} with {code}." + (f" Its last lines:{lines}" if lines else "")
