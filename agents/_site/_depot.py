"""Storing all images of a site: those told of, those found, and those left over from before."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ocs_sim.agent import Run
from ocs_sim.remote import LastImage
from ocs_sim.stores import StoreError

from ._delivery import Delivered, Delivery
from ._ears import HeardFiles
from ._errors import ImageGone, JournalFailed, NotStorable
from ._finding import Finder
from ._journal import Journal
from ._retry import Retry


@dataclass(frozen=True)
class Standing:
    """How many images are stored, wait and were refused, and which is the latest."""

    stored: int = 0
    waiting: int = 0
    refused: int = 0
    latest: LastImage | None = None

    def encode(self) -> dict[str, Any]:
        """Return it as clients get it."""
        return asdict(self)


class Depot:
    """Stores images, in one thread; how that stands may be asked by any."""

    def __init__(
        self,
        journal: Journal,
        finder: Finder,
        heard: HeardFiles,
        delivery: Delivery,
        retry: Retry,
        announce: Callable[[Delivered], None],
    ) -> None:
        self._journal = journal
        self._finder = finder
        self._heard = heard
        self._delivery = delivery
        self._retry = retry
        self._announce = announce
        self._lock = threading.Lock()
        self._standing = Standing()
        self._is_begun = False
        self._failures: Counter[Path] = Counter()

    @property
    def standing(self) -> Standing:
        """How it stands."""
        with self._lock:
            return self._standing

    def recall(self) -> None:
        """Learn from the journal how it stood; nothing if that fails."""
        with suppress(JournalFailed):
            self._begin()
        self._journal.close()

    def work(self, run: Run) -> None:
        """Store what waits, unless something has just failed; degraded until nothing fails."""
        if self._retry.is_too_early:
            return
        try:
            self._begin()
            trouble = self._note()
            while self._store_waiting(run):
                trouble = self._note() or trouble
            if trouble is not None:
                raise trouble
        except (StoreError, JournalFailed, OSError) as fault:
            self._retry.failed()
            # What was found may not have been noted.
            self._finder.forget()
            run.degraded(str(fault))
        else:
            self._retry.succeeded()
            run.recovered()
        finally:
            self._tell(run)

    def close(self) -> None:
        """Close the journal; what was refused is tried again after this."""
        self._journal.close()
        self._is_begun = False

    def _begin(self) -> None:
        if not self._is_begun:
            self._journal.forgive()
            self._set(self._standing_in_journal(self._journal.latest()))
            self._is_begun = True

    def _note(self) -> OSError | None:
        """Note new images; return why directories could not be looked at."""
        heard, found, trouble = self._heard.peek(), list[Path](), None
        try:
            found = self._finder.find()
        except OSError as error:
            trouble = error
        if heard or found:
            self._journal.add([*heard, *found])
            self._heard.noted(heard)
            self._set(self._standing_in_journal(self.standing.latest))
        return trouble

    def _store_waiting(self, run: Run) -> bool:
        """Store what waits, the latest first; return whether something came that goes before the rest."""
        # What fails every time must not keep others from being stored.
        waiting = self._journal.waiting() if self.standing.waiting else []
        for path in sorted(waiting, key=lambda each: self._failures[each]):
            if run.cancelled:
                return False
            if self._heard.peek():
                return True
            self._tell(run)
            self._failures[path] += 1
            self._set(self._store(run, path, self.standing))
            del self._failures[path]
        return False

    def _store(self, run: Run, path: Path, before: Standing) -> Standing:
        """Store an image; return how it stands then."""
        waiting = before.waiting - 1
        try:
            delivered = self._delivery.deliver(path)
        except NotStorable as fault:
            run.message(str(fault))
            self._journal.refused(path)
            return replace(before, waiting=waiting, refused=before.refused + 1)
        except ImageGone as fault:
            run.message(str(fault))
            self._journal.gone(path)
            return replace(before, waiting=waiting)
        latest = _later(before.latest, delivered.latest)
        # Told before it is noted: who is killed in between tells it twice, and nothing is lost.
        self._announce(delivered)
        self._journal.stored(path, latest)
        return replace(before, waiting=waiting, stored=before.stored + 1, latest=latest)

    def _standing_in_journal(self, latest: LastImage | None) -> Standing:
        return Standing(*self._journal.counts(), latest)

    def _set(self, standing: Standing) -> None:
        with self._lock:
            self._standing = standing

    def _tell(self, run: Run) -> None:
        run.data = self.standing.encode()


def _later(one: LastImage | None, other: LastImage) -> LastImage:
    if one is None or (other.start_unix or 0.0) >= (one.start_unix or 0.0):
        return other
    return one
