"""The kernel refuses the Aggregator's writes for a while, as it does on a full disk."""

from __future__ import annotations

import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ocs_sim.launch._drill._desk import until
from ocs_sim.launch._drill._errors import NeedsLinux
from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._scratch import AGGREGATOR, Plan
from ocs_sim.launch._drill._stage import Event, Stage

_ALARM_SECONDS = 15.0
_HEAL_SECONDS = 30.0


@dataclass(frozen=True)
class FillDisk:
    """No file of the Aggregator's may grow for a while; its process goes on."""

    full_seconds: float = 8.0
    name = "fill-disk"

    def plan(self, load: Load) -> Plan:  # noqa: ARG002
        """Return the scratch site that this needs; raises NeedsLinux."""
        if not hasattr(resource, "prlimit"):
            raise NeedsLinux(system=platform.system())
        return Plan()

    def inject(self, stage: Stage, number: int) -> Event:  # noqa: ARG002
        """Refuse its writes, wait for the alarm, allow them again, and wait until nothing is missing."""
        process = stage.process(AGGREGATOR)
        began = time.monotonic()
        with _no_file_grows(process.pid):
            reason = until(
                lambda: _degraded(stage), "the Aggregator says that it is degraded", _ALARM_SECONDS
            )
            alarm = time.monotonic() - began
            stage.pause(max(0.0, self.full_seconds - alarm))
        began = time.monotonic()
        until(lambda: _is_well(stage), "the Aggregator is well again", _HEAL_SECONDS)
        healed = time.monotonic() - began
        complete = healed + stage.complete()
        how = "without a restart" if stage.process(AGGREGATOR).pid == process.pid else "by a RESTART"
        text = (
            f"disk full for {self.full_seconds:g} s: alarm after {alarm:.1f} s ({reason}); "
            f"well again after {healed:.1f} s, {how}, nothing is missing after {complete:.1f} s"
        )
        figures = {"alarm_seconds": alarm, "healed_seconds": healed, "complete_seconds": complete}
        return Event(text, figures)


@contextmanager
def _no_file_grows(pid: int) -> Iterator[None]:
    """Let the kernel refuse what a process writes to files; nobody needs to be root for that."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def _degraded(stage: Stage) -> str | None:
    """Return why the Aggregator is degraded, None when it is not or does not answer."""
    session = _session(stage)
    return (session.get("degraded_reason") or "degraded") if session.get("degraded") else None


def _is_well(stage: Stage) -> bool:
    session = _session(stage)
    return session.get("status") == "running" and not session.get("degraded")


def _session(stage: Stage) -> dict[str, Any]:
    return stage.scratch.desk.session(AGGREGATOR, "record") or {}
