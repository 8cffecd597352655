"""An operating system whose processes and clock are turned by hand."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from pathlib import Path

from ocs_sim.supervise import Exit, Handle, Member, NotSpawned, ProcessSpec, Usage


@dataclass
class HandClock:
    now: float = 1000.0

    def time(self) -> float:
        return 1.7e9 + self.now

    def monotonic(self) -> float:
        return self.now


@dataclass
class FakeProcesses:
    clock: HandClock
    stubborn: frozenset[signal.Signals] = frozenset()
    refuses: str | None = None
    spawned: list[tuple[float, str]] = field(default_factory=list)
    signals: list[tuple[float, int, signal.Signals]] = field(default_factory=list)
    living: dict[Handle, ProcessSpec] = field(default_factory=dict)
    ended: dict[Handle, tuple[float, Exit]] = field(default_factory=dict)
    found: dict[str, Handle] = field(default_factory=dict)
    next_pid: int = 100

    def find(self, spec: ProcessSpec) -> Handle | None:
        return self.found.get(spec.name)

    def hold(self, spec: ProcessSpec, handle: Handle) -> bool:
        return handle in self.living

    def spawn(self, spec: ProcessSpec) -> Handle:
        if self.refuses:
            raise NotSpawned(label=spec.label, reason=self.refuses, command=" ".join(spec.command))
        self.next_pid += 1
        handle = Handle(self.next_pid, self.clock.now)
        self.spawned.append((self.clock.now, spec.name))
        self.living[handle] = spec
        return handle

    def signal(self, handle: Handle, number: signal.Signals) -> None:
        self.signals.append((self.clock.now, handle.pid, number))
        if handle in self.living and number not in self.stubborn:
            self.end(handle, -number, seconds=0.05)

    def poll(self, handle: Handle) -> Exit | None:
        moment, exit_ = self.ended.get(handle, (0.0, None))
        if exit_ is None or self.clock.now < moment:
            return None
        return self.ended.pop(handle)[1]

    def usage(self, handle: Handle) -> Usage | None:
        return Usage(1.5, 50_000_000) if handle in self.living else None

    def end(self, handle: Handle, code: int, *lines: str, seconds: float = 0.0) -> None:
        del self.living[handle]
        self.ended[handle] = (self.clock.now + seconds, Exit.of_code(code, lines))


def spec(name: str, *ids: str) -> ProcessSpec:
    members = tuple(Member(each, "FakeDataAgent") for each in ids or (name,))
    return ProcessSpec(name, members, ("agent", name), {}, Path("/"))
