"""A thread that seals journals one after the other, and tries again what failed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from ocs_sim.archive._errors import ArchiveError, SealFailed

Seal = Callable[[Path], object]
_RETRY_SECONDS = 5.0


class Sealer:
    """Seals what it is given, in order; `trouble` says what keeps it from doing so, `sealed` how many are."""

    def __init__(self, seal: Seal, retry_seconds: float = _RETRY_SECONDS) -> None:
        self._seal = seal
        self._retry_seconds = retry_seconds
        self._waiting: deque[Path] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._troubles: dict[Path, str] = {}
        self.sealed = 0

    @property
    def trouble(self) -> str | None:
        """What keeps a journal from being sealed."""
        return next(iter(self._troubles.copy().values()), None)

    @property
    def waiting(self) -> list[Path]:
        """The journals that are not sealed yet."""
        with self._changed:
            return list(self._waiting)

    def add(self, journal: Path) -> None:
        """Have a journal sealed soon."""
        with self._changed:
            self._waiting.append(journal)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="archive-sealer", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> list[Path]:
        """Try to seal what is waiting, end the thread, and return what could not be sealed."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        return self.waiting

    def _run(self) -> None:
        failures = 0
        while (journal := self._next(failures)) is not None:
            trouble = self._attempt(journal)
            with self._changed:
                self._waiting.popleft()
                if trouble is None:
                    self._troubles.pop(journal, None)
                    self.sealed += 1
                    failures = 0
                else:
                    # To the back of the queue: a journal that cannot be sealed must not hold up the others.
                    self._waiting.append(journal)
                    self._troubles[journal] = trouble
                    failures = failures % len(self._waiting) + 1

    def _next(self, failures: int) -> Path | None:
        with self._changed:
            if failures and failures >= len(self._waiting):
                if self._closing:
                    return None
                self._changed.wait_for(lambda: self._closing, self._retry_seconds)
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return self._waiting[0] if self._waiting else None

    def _attempt(self, journal: Path) -> str | None:
        try:
            self._seal(journal)
        except (ArchiveError, OSError) as error:
            return str(error)
        except Exception as error:  # the journal still holds the samples: recording must go on
            return str(SealFailed(journal=journal, fault=f"{type(error).__name__}: {error}"))
        return None


def seal_in_child(journal: Path) -> None:
    """Seal a journal in a process of its own, so that this one needs neither numpy nor HDF5.

    Raises SealFailed with the last line that the process wrote.
    """
    command = [sys.executable, "-m", "ocs_sim.archive", str(journal)]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise SealFailed(journal=journal, fault=lines[-1])
