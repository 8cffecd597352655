"""One child as the supervisor keeps it: what is wanted, what runs, and whether it was heard of."""

from __future__ import annotations

from dataclasses import dataclass, field

from ocs_sim.supervise._machine import ChildMachine
from ocs_sim.supervise._ports import Handle, Usage
from ocs_sim.supervise._roster import Child
from ocs_sim.supervise._states import ChildState, Target


@dataclass(frozen=True)
class _Boot:
    boot_id: str
    heard_under: Handle | None


@dataclass
class Unit:
    """One child process and the agents in it."""

    child: Child
    machine: ChildMachine
    retired: bool = False
    usage: Usage | None = None
    waiting_for: tuple[str, ...] = ()
    last_heartbeat: dict[str, float] = field(default_factory=dict)
    _boots: dict[str, _Boot] = field(default_factory=dict)

    @property
    def instance_ids(self) -> tuple[str, ...]:
        """The agents in the process."""
        return tuple(member.instance_id for member in self.child.spec.members)

    @property
    def going_down(self) -> bool:
        """Whether it still lives but is not meant to."""
        return self.machine.alive and self.machine.target is Target.DOWN

    @property
    def is_up(self) -> bool:
        """Whether all its agents are registered."""
        return self.machine.state is ChildState.UP

    @property
    def restart_required(self) -> bool:
        """Whether what runs is not what the site file says by now."""
        running = self.machine.running_spec
        return self.machine.alive and running is not None and running != self.child.spec

    @property
    def trouble(self) -> str | None:
        """What is wrong with it, if it is meant to be up; None when all is well."""
        machine = self.machine
        names = " and ".join(self.instance_ids)
        if machine.target is Target.DOWN:
            return None
        if machine.problem:
            return f"{names}: {machine.problem}"
        if machine.failures.in_a_row > 1:
            last = machine.last_exit.text if machine.last_exit else "it does not register"
            return f"{names} failed {machine.failures.in_a_row} times in a row, last with {last}"
        return None

    def hear(self, instance_id: str, boot_id: str, now: float) -> None:
        """One of its agents sent a heartbeat.

        A boot id that was first heard while another process ran, or none, is the last word of that one
        or an agent that HostMaster did not start: it proves nothing about the process of now.
        """
        self.last_heartbeat[instance_id] = now
        known = self._boots.get(instance_id)
        if known is None or known.boot_id != boot_id:
            self._boots[instance_id] = _Boot(boot_id, self.machine.handle)
        self._consider_ready()

    def confirm(self, instance_id: str, pid: int) -> None:
        """An agent answered and named its process."""
        handle = self.machine.handle
        if handle is not None and handle.pid == pid:
            self._boots[instance_id] = _Boot("", handle)
            self._consider_ready()

    def unheard(self) -> list[str]:
        """Return the agents that the process is still waited for."""
        handle = self.machine.handle
        return [
            name
            for name in self.instance_ids
            if (boot := self._boots.get(name)) is None or boot.heard_under != handle
        ]

    def _consider_ready(self) -> None:
        if self.machine.handle is not None and not self.unheard():
            self.machine.mark_ready()
