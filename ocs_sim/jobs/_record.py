"""One job in the table, changed by nobody else between decision and deed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from ocs_sim.jobs._document import difference, document_of, job_of, watched
from ocs_sim.jobs._errors import JobBusy, NoSuchJob
from ocs_sim.jobs._job import Job
from ocs_sim.stores import ConditionFailed, Document, LimitExceeded, Table

_TRIES = 200


class Records:
    """Reads, adds and changes single jobs."""

    def __init__(self, table: Table) -> None:
        """Keep them in `table`."""
        self._table = table

    def find(self, site: str, ulid: str) -> Job | None:
        """Return a job as the latest change left it, if there is one."""
        try:
            document = self._table.get(site, ulid)
        except LimitExceeded:
            return None  # What cannot be a key is the key of none.
        return None if document is None else job_of(document)

    def get(self, site: str, ulid: str) -> Job:
        """Return a job as the latest change left it. Raises NoSuchJob."""
        job = self.find(site, ulid)
        if job is None:
            raise NoSuchJob(site=site, ulid=ulid)
        return job

    def add(self, job: Job) -> Job:
        """Put a job in; return it, or the one that is there under its ULID already."""
        job = replace(job, revision=_new_revision())
        try:
            self._table.put(document_of(job), absent=True)
        except ConditionFailed as there:
            return self.get(job.site, job.ulid) if there.current is None else job_of(there.current)
        return job

    def change(self, job: Job, decide: Callable[[Job], Job]) -> tuple[Job, Job]:
        """Make a decision true in one conditional update; return the job before and after.

        When somebody was faster it is decided anew, about the job as it is now. Raises NoSuchJob: a job
        that is gone is not made again.
        """
        for _ in range(_TRIES):
            changed = decide(job)
            if changed is job:
                return job, job
            changed = replace(changed, revision=_new_revision())
            current = self._write(job, changed)
            if current is None:
                return job, changed
            before, job = job, job_of(current)
            # An answer got lost, and the store tried again: the change was made after all.
            if job.revision == changed.revision:
                return before, job
        raise JobBusy(site=job.site, ulid=job.ulid)

    def _write(self, old: Job, new: Job) -> Document | None:
        changed, gone = difference(old, new)
        try:
            self._table.update((old.site, old.ulid), set=changed, remove=gone, expect=watched(old))
        except ConditionFailed as faster:
            if faster.current is None:
                raise NoSuchJob(site=old.site, ulid=old.ulid) from None
            return faster.current
        return None


def _new_revision() -> str:
    return uuid.uuid4().hex
