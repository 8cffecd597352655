"""Deletes the oldest sealed files as new ones are sealed, in a thread of its own."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

from ocs_sim.archive import ArchiveError, RetentionPolicy, prune
from ocs_sim.clock import Clock

_DAY_SECONDS = 86400.0
_GIGABYTE = 1e9


def policy_of(keep_days: float | None, keep_gigabytes: float | None) -> RetentionPolicy | None:
    """Return what is to be kept; None when that is everything."""
    if keep_days is None and keep_gigabytes is None:
        return None
    return RetentionPolicy(
        older_than_seconds=None if keep_days is None else keep_days * _DAY_SECONDS,
        most_bytes=None if keep_gigabytes is None else int(keep_gigabytes * _GIGABYTE),
    )


class Retention:
    """Keeps an archive within its bounds; nothing that is not sealed is ever deleted."""

    def __init__(self, directory: Path, policy: RetentionPolicy | None, clock: Clock) -> None:
        self._directory = directory
        self._policy = policy
        self._clock = clock
        self._seen: int | None = None
        self._thread: threading.Thread | None = None
        self._news: deque[str] = deque()
        self._fault = ""

    def look(self, sealed_files: int) -> None:
        """Prune when files were sealed since the last time, and the first time."""
        busy = self._thread is not None and self._thread.is_alive()
        if self._policy is None or busy or sealed_files == self._seen:
            return
        self._seen = sealed_files
        self._thread = threading.Thread(
            target=self._prune, args=(self._policy,), name="archive-retention", daemon=True
        )
        self._thread.start()

    def take_news(self) -> list[str]:
        """Return what was deleted, and what went wrong, since this was last asked."""
        return [self._news.popleft() for _ in range(len(self._news))]

    def _prune(self, policy: RetentionPolicy) -> None:
        try:
            report = prune(self._directory, policy, self._clock)
        except (ArchiveError, OSError) as fault:
            self._tell_fault(str(fault))
            return
        if report.deleted:
            size = f"{report.freed_bytes / 1e6:.1f} MB"
            self._news.append(
                f"Deleted the {len(report.deleted)} oldest files, {size}, to keep to the bounds."
            )
        self._tell_fault("; ".join(report.faults))

    def _tell_fault(self, fault: str) -> None:
        if fault and fault != self._fault:
            self._news.append(f"Old files could not be deleted: {fault}")
        self._fault = fault
