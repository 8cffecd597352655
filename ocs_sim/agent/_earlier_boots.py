"""What earlier boots of an agent have left behind in files."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.agent._spilled_boot import SpilledBoot, boots_in, is_held
from ocs_sim.clock import Clock

LONGEST_KEPT_SECONDS = 7 * 86400.0
# An agent that crashes as soon as it has started must not make its heartbeats longer with each run.
MOST_BOOTS = 256


class EarlierBoots:
    """The boots of an agent whose processes have ended.

    Those of a process that lives are left alone: somebody may start an agent a second time by mistake.
    For one thread at a time.
    """

    def __init__(self, directory: Path, boot_id: str, clock: Clock) -> None:
        self._clock = clock
        self._boots: list[SpilledBoot] = []
        self._living = [each for each in boots_in(directory) if each.name != boot_id]
        self._take_over()
        self.expire()
        for boot in self._boots[:-MOST_BOOTS]:
            boot.remove()
        del self._boots[:-MOST_BOOTS]

    @property
    def size_bytes(self) -> int:
        """How much room their files take."""
        return sum(each.size_bytes for each in self._boots)

    def boot_ids(self) -> list[str]:
        """Return which boots something is left of, oldest first."""
        self._take_over()
        return [each.boot_id for each in self._boots if not each.is_empty]

    def find(self, boot_id: str) -> SpilledBoot | None:
        """Return what is left of a boot, or None."""
        return next((each for each in self._boots if each.boot_id == boot_id and not each.is_empty), None)

    def expire(self) -> None:
        """Remove what nobody has written to for a week."""
        for boot in tuple(self._boots):
            if boot.last_written() < self._clock.time() - LONGEST_KEPT_SECONDS:
                boot.remove()
                self._boots.remove(boot)

    def remove_oldest(self) -> None:
        """Remove the oldest file that has something in it."""
        boot = next(each for each in self._boots if each.size_bytes)
        boot.remove_oldest()
        if boot.is_empty:
            boot.remove()
            self._boots.remove(boot)

    def _take_over(self) -> None:
        """Look after those whose process has ended meanwhile; oldest first."""
        ended = {each for each in self._living if not is_held(each)}
        self._living = [each for each in self._living if each not in ended]
        self._boots += map(SpilledBoot, ended)
        self._boots.sort(key=lambda each: float(each.boot_id))
