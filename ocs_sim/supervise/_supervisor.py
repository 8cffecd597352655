"""All children of one host: in their order, to their targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ocs_sim.clock import Clock
from ocs_sim.supervise._machine import ChildMachine, Gate
from ocs_sim.supervise._ports import Processes
from ocs_sim.supervise._requests import Action, Request
from ocs_sim.supervise._roster import Child
from ocs_sim.supervise._states import ChildState, Target
from ocs_sim.supervise._strays import Stray
from ocs_sim.supervise._unit import Unit
from ocs_sim.supervise._view import describe

_USAGE_PERIOD_SECONDS = 2.0
_FRESH_SECONDS = 5.0


class Supervisor:
    """Keeps child processes as they are meant to be; `tick` does all the work and never blocks."""

    def __init__(self, processes: Processes, clock: Clock, report: Callable[[str], None]) -> None:
        self._processes = processes
        self._clock = clock
        self._report = report
        self._units: dict[str, Unit] = {}
        self._retired: list[Unit] = []
        self._heard: dict[str, float] = {}
        self._usage_due = clock.monotonic()

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way: every child is what it is meant to be."""
        return not self._retired and all(unit.machine.in_step for unit in self._units.values())

    @property
    def all_down(self) -> bool:
        """Whether no child process lives."""
        return not any(unit.machine.alive for unit in self._everyone())

    @property
    def problems(self) -> dict[str, str | None]:
        """Every agent that may be asked for, with why it cannot be started where it cannot."""
        return {name: unit.child.problem for unit in self._units.values() for name in unit.instance_ids}

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that live now."""
        return tuple(unit.machine.handle.pid for unit in self._everyone() if unit.machine.handle)

    def configure(self, children: Sequence[Child], initial: Target | None = None) -> None:
        """Take what the site file says. Known children keep their target; those that are gone are retired.

        `initial`, where given, is the target of the new ones in place of the site file's.
        """
        wanted = {child.spec.name: child for child in children}
        for name, unit in list(self._units.items()):
            child = wanted.get(name)
            if child is None or not child.is_same_as(unit.child):
                self._retire(name)
            else:
                self._change(unit, child)
        for name, child in wanted.items():
            if name not in self._units:
                self._add(child, initial or child.target)

    def adopt(self, strays: Iterable[Stray] = ()) -> None:
        """Take over every child that already lives; `strays`, which nothing wants, are brought down."""
        for stray in strays:
            if not self._processes.hold(stray.child.spec, stray.handle):
                continue
            unit = self._make(stray.child)
            unit.machine.adopt(stray.handle)
            unit.machine.set_target(Target.DOWN)
            unit.retired = True
            self._retired.append(unit)
        for unit in self._units.values():
            living = self._processes.find(unit.child.spec)
            if living is not None and not unit.machine.alive:
                unit.machine.adopt(living)

    def apply(self, requests: Iterable[Request]) -> None:
        """Set targets. The agents of one process-group share a process and so a target."""
        for request in requests:
            for unit in self._units_of(request.instance_ids):
                if request.action is Action.RESTART:
                    unit.machine.request_restart()
                else:
                    unit.machine.set_target(Target(request.action.value))

    def bring_all_down(self) -> None:
        """Set every target to `down`."""
        for unit in self._everyone():
            unit.machine.set_target(Target.DOWN)

    def hear(self, instance_id: str, boot_id: str) -> bool:
        """An agent sent a heartbeat; return whether that may have made something due."""
        news = instance_id not in self._heard
        self._heard[instance_id] = self._clock.monotonic()
        for unit in self._units_of((instance_id,)):
            unit.hear(instance_id, boot_id, self._clock.time())
            news = news or not unit.machine.in_step
        return news

    def confirm(self, instance_id: str, pid: int) -> None:
        """An agent answered a call and said which process it is."""
        for unit in self._units_of((instance_id,)):
            unit.confirm(instance_id, pid)

    def unheard(self, seconds: float = 0.0) -> list[str]:
        """Return the agents that have not registered although their process has lived for `seconds`."""
        latest = self._clock.time() - seconds
        units = (unit for unit in self._units.values() if unit.machine.state is ChildState.WAIT_START)
        return [name for unit in units if unit.machine.since <= latest for name in unit.unheard()]

    @property
    def troubles(self) -> list[str]:
        """What an operator should look into, one sentence for each child."""
        return [text for unit in self._units.values() if (text := unit.trouble)]

    def tick(self, *, hears: bool = True) -> None:
        """Do all that is due now; `hears` says whether heartbeats can arrive at all."""
        units = self._everyone()
        for _ in units:
            before = [unit.machine.state for unit in units]
            for unit in units:
                starts, stops = self._start_blockers(unit), self._stop_blockers(unit)
                unit.machine.tick(Gate(starts, stops, hears))
            # Where one has got on, another may be free to follow.
            if before == [unit.machine.state for unit in units]:
                break
        self._retired = [unit for unit in self._retired if unit.machine.alive]
        for unit in units:
            unit.waiting_for = self._waiting_for(unit)
        self._look_at_usage()

    def _look_at_usage(self) -> None:
        if self._clock.monotonic() >= self._usage_due:
            self._usage_due = self._clock.monotonic() + _USAGE_PERIOD_SECONDS
            for unit in self._everyone():
                unit.usage = self._processes.usage(unit.machine.handle) if unit.machine.handle else None

    def missed(self, requests: Iterable[Request]) -> list[str]:
        """Return the agents that are not, or not yet, what the requests wanted, each with its state."""
        names = {name for request in requests for name in request.instance_ids}
        return [
            f"{name} is {unit.machine.state.value!r}"
            + (f" ({unit.machine.problem})" if unit.machine.problem else "")
            for unit in self._units.values()
            for name in unit.instance_ids
            if name in names and not unit.machine.in_step
        ]

    def child_states(self) -> list[dict[str, Any]]:
        """Return one entry for each agent, as the wire wants them."""
        return [entry for unit in self._everyone() for entry in describe(unit)]

    def _everyone(self) -> list[Unit]:
        return [*self._units.values(), *self._retired]

    def _units_of(self, instance_ids: Iterable[str]) -> list[Unit]:
        wanted = set(instance_ids)
        return [unit for unit in self._units.values() if wanted.intersection(unit.instance_ids)]

    def _make(self, child: Child) -> Unit:
        machine = ChildMachine(child.spec, self._processes, self._clock, child.policy, self._report)
        return Unit(child, machine)

    def _add(self, child: Child, target: Target) -> None:
        unit = self._make(child)
        unit.machine.set_operable(operable=child.problem is None, problem=child.problem)
        unit.machine.set_target(target)
        self._units[child.spec.name] = unit

    def _change(self, unit: Unit, child: Child) -> None:
        unit.child = child
        unit.machine.spec = child.spec
        unit.machine.set_operable(operable=child.problem is None, problem=child.problem)

    def _retire(self, name: str) -> None:
        unit = self._units.pop(name)
        unit.machine.set_target(Target.DOWN)
        unit.retired = True
        if unit.machine.alive:
            self._retired.append(unit)
            self._report(f"{unit.child.spec.label} is no longer wanted and is brought down")

    def _start_blockers(self, unit: Unit) -> tuple[str, ...]:
        blockers = [name for name in unit.child.depends_on if not self._is_ready(name)]
        mine = set(unit.instance_ids)
        blockers += [
            f"the end of process {other.machine.handle.pid}"
            for other in self._retired
            if other.machine.handle and other is not unit and mine.intersection(other.instance_ids)
        ]
        return tuple(blockers)

    def _stop_blockers(self, unit: Unit) -> tuple[str, ...]:
        mine = set(unit.instance_ids)
        dependents = (other for other in self._everyone() if mine.intersection(other.child.depends_on))
        return tuple(name for other in dependents if other.going_down for name in other.instance_ids)

    def _is_ready(self, instance_id: str) -> bool:
        units = self._units_of((instance_id,))
        if units:
            return units[0].is_up
        heard = self._heard.get(instance_id)
        return heard is not None and self._clock.monotonic() - heard < _FRESH_SECONDS

    def _waiting_for(self, unit: Unit) -> tuple[str, ...]:
        if unit.machine.state is ChildState.START:
            return self._start_blockers(unit)
        if unit.machine.state is ChildState.WAIT_START and not unit.going_down:
            return tuple(f"{name} to register" for name in unit.unheard())
        if unit.going_down and unit.machine.state is not ChildState.WAIT_DEAD:
            return self._stop_blockers(unit)
        return ()
