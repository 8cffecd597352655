"""What the child machine needs of the operating system, and what they tell each other."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Member:
    """One agent in a child process."""

    instance_id: str
    agent_class: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProcessSpec:
    """A child process to be: one agent, or the several of a process-group.

    `environment` is laid over HostMaster's own. `name` is the name of its output file.
    """

    name: str
    members: tuple[Member, ...]
    command: tuple[str, ...]
    environment: Mapping[str, str]
    working_dir: Path
    site_file: str = ""

    @property
    def label(self) -> str:
        """Return what messages call it: `Class:instance`, as OCS does."""
        return ", ".join(f"{member.agent_class}:{member.instance_id}" for member in self.members)


@dataclass(frozen=True)
class Handle:
    """A process that lives, or did: the pid alone could be somebody else's by now."""

    pid: int
    create_time: float


@dataclass(frozen=True)
class Exit:
    """How a process ended. `code` is negative for a signal, None where nobody could learn it."""

    text: str
    code: int | None = None
    output_tail: tuple[str, ...] = ()

    @property
    def is_kill(self) -> bool:
        """Whether somebody else ended it, with SIGKILL."""
        return self.code == -signal.SIGKILL

    @classmethod
    def of_code(cls, code: int | None, output_tail: tuple[str, ...] = ()) -> Exit:
        """Describe an exit code as subprocess gives it."""
        if code is None:
            return cls("exit code unknown (it was adopted)", None, output_tail)
        return cls(_name_signal(-code) if code < 0 else f"exit code {code}", code, output_tail)


@dataclass(frozen=True)
class Usage:
    """What a process uses: CPU in percent of one core since the last look, resident memory in bytes."""

    cpu_percent: float
    rss_bytes: int


class Processes(Protocol):
    """The operating system, as the child machine sees it."""

    def find(self, spec: ProcessSpec) -> Handle | None:
        """Return a living process that already is this one, whoever started it."""
        ...

    def hold(self, spec: ProcessSpec, handle: Handle) -> bool:
        """Watch over a process that somebody else started; return False when it is gone."""
        ...

    def spawn(self, spec: ProcessSpec) -> Handle:
        """Start a process that outlives this one; raises NotSpawned."""
        ...

    def signal(self, handle: Handle, number: signal.Signals) -> None:
        """Send a signal; a process that is gone is no error."""
        ...

    def poll(self, handle: Handle) -> Exit | None:
        """Return how the process ended, once, or None while it lives."""
        ...

    def usage(self, handle: Handle) -> Usage | None:
        """Return what the process uses, or None where it cannot be learnt."""
        ...


def _name_signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
