"""Which jobs of a site are unread, held, or not at their end: all of them, however many pages that takes."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

from ocs_sim.jobs._document import held_bound, job_of, lapsed_bound, unread_prefix, urgent_prefix
from ocs_sim.jobs._job import Job
from ocs_sim.jobs._status import ENDS
from ocs_sim.jobs._table import LEASE_INDEX, REPLICA_INDEX, STATUS_INDEX
from ocs_sim.jobs._ulids import first_ulid, ulid_milliseconds
from ocs_sim.stores import Table

_FIRST_PAGE = 4
_LARGEST_PAGE = 256
# What an index may not show yet, because services bring them up to date only afterwards.
_LATE_MILLISECONDS = 600_000


class Selection:
    """Reads the indexes of the table of jobs. What it yields may have changed meanwhile."""

    def __init__(self, table: Table) -> None:
        """Look in `table`."""
        self._table = table

    def unread(self, site: str, *, alternate: bool = False) -> Iterator[Job]:
        """Yield unread jobs of a queue, oldest first."""
        index = REPLICA_INDEX if alternate else STATUS_INDEX
        return self._pages(site, index=index, prefix=unread_prefix())

    def unread_before(self, site: str, milliseconds: float, *, alternate: bool = False) -> Iterator[Job]:
        """Yield unread jobs of a queue that were made before a moment."""
        index = REPLICA_INDEX if alternate else STATUS_INDEX
        ends = (unread_prefix(), unread_prefix() + first_ulid(milliseconds))
        return self._pages(site, index=index, between=ends)

    def claimable(self, site: str, now_unix: float) -> Iterator[Job]:
        """Yield unread jobs and those whose lease has lapsed, oldest first."""
        lapsed = sorted(self.lapsed(site, now_unix), key=_age)
        return heapq.merge(self.unread(site), lapsed, key=_age)

    def urgent(self, site: str, now_unix: float) -> Iterator[Job]:
        """Yield what is claimable and stops something."""
        unread = self._pages(site, index=LEASE_INDEX, prefix=urgent_prefix())
        lapsed = sorted((job for job in self.lapsed(site, now_unix) if job.is_urgent), key=_age)
        return heapq.merge(unread, lapsed, key=_age)

    def lapsed(self, site: str, now_unix: float) -> Iterator[Job]:
        """Yield jobs whose lease has lapsed, the longest ago first."""
        return self._pages(site, index=LEASE_INDEX, below=lapsed_bound(now_unix))

    def leased(self, site: str) -> Iterator[Job]:
        """Yield jobs that somebody holds."""
        return self._pages(site, index=LEASE_INDEX, between=held_bound())

    def not_ended(self, site: str, before_ulid: str) -> list[Job]:
        """Return jobs that have not ended, oldest first, those that came just before `before_ulid` too."""
        recent = (first_ulid(ulid_milliseconds(before_ulid) - _LATE_MILLISECONDS), before_ulid)
        found = {job.ulid: job for bound in _between_ends() for job in self._pages(site, **bound)}
        found |= {job.ulid: job for job in self._pages(site, between=recent) if not job.has_ended}
        return [found[ulid] for ulid in sorted(found)]

    def _pages(self, site: str, **bound: Any) -> Iterator[Job]:
        after, size = None, _FIRST_PAGE
        while True:
            page = self._table.query(site, limit=size, after=after, **bound)
            yield from map(job_of, page.documents)
            if page.after is None:
                return
            after, size = page.after, min(size * 2, _LARGEST_PAGE)


def _between_ends() -> Iterator[dict[str, Any]]:
    # Stages have free names, so they are what lies between the names of the ends; '$' comes after '#'.
    begin = " "
    for end in sorted(ENDS):
        yield {"index": STATUS_INDEX, "between": (begin, f"{end}#")}
        begin = f"{end}$"
    yield {"index": STATUS_INDEX, "at_least": begin}


def _age(job: Job) -> str:
    return job.ulid
