"""Jobs of all sites, whoever works on them at the same time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from ocs_sim.clock import Clock
from ocs_sim.jobs import _life as life
from ocs_sim.jobs._document import job_of
from ocs_sim.jobs._errors import BadJob, JobBusy, NoSuchJob
from ocs_sim.jobs._history import HistoryEntry, continued
from ocs_sim.jobs._job import Job, Lease
from ocs_sim.jobs._record import Records
from ocs_sim.jobs._request import JobRequest, Parameters, checked
from ocs_sim.jobs._select import Selection
from ocs_sim.jobs._status import Status, clean_status
from ocs_sim.jobs._turns import Turns
from ocs_sim.jobs._ulids import Ulids, first_ulid, ulid_milliseconds
from ocs_sim.jobs._urgent import CANCEL_ALL
from ocs_sim.jobs._values import on_wire, stored_within
from ocs_sim.stores import LimitExceeded, StoreError, Table

_RESULT_BYTES = 100 * 1024
_SMALL_BYTES = 16 * 1024


class JobStore:
    """The jobs in a table of `job_table()`. Every change is one conditional update; safe for threads.

    Methods raise what the table raises (StoreUnreachable, NotProvisioned) besides what they say.
    """

    def __init__(self, table: Table, clock: Clock, ulids: Ulids | None = None) -> None:
        """Keep jobs in `table`; `ulids` names those that come without a name."""
        self._table = table
        self._clock = clock
        self._ulids = ulids or Ulids(clock)
        self._records = Records(table)
        self._selection = Selection(table)
        self._turns = Turns()

    def new(self, request: JobRequest) -> Job:
        """Add a job; with the ULID of one that is there, return that one. Raises BadJob.

        `cancel_all_commands` also cancels all older jobs of the site: those that nobody read before it can be
        read itself, and then what others have read. Who claims it has to `cancel_all` once more, for those
        that came in just then, and to stop what runs.
        """
        return self.settle(self.new_at_once(request))

    def new_at_once(self, request: JobRequest) -> Job:
        """Add a job as `new` does, which `settle` has to finish: it may take its time. Raises BadJob."""
        ulid = request.ulid or self._ulids.new()
        parameters = checked(request)
        if request.action != CANCEL_ALL:
            return self._add(request, parameters, ulid, Status.UNREAD)
        self._cancel_older(self._selection.unread(request.site), ulid, request.asker)
        # Who reads the alternate queue gets it when nothing older waits there any more.
        return self._add(request, parameters, ulid, Status.UNREAD, replica="")

    def settle(self, job: Job) -> Job:
        """Cancel what `cancel_all_commands` cancels besides; return the job, whatever it does, as it is now.

        What plain readers took stays RECEIVED for ever: to cancel thousands of jobs takes seconds, for which
        nobody who stops something should have to wait.
        """
        if job.action != CANCEL_ALL:
            return job
        self.cancel_all(job.site, job.ulid, job.history[0].by if job.history else "")
        return self._records.change(job, life.offered_to_alternate)[1]

    def refuse(self, request: JobRequest, message: str) -> Job:
        """Add a job that has failed already, to tell why it was not taken. Raises BadJob."""
        ulid = request.ulid or self._ulids.new()
        return self._add(request, checked(request), ulid, Status.FAILED, message)

    def get(self, site: str, ulid: str) -> Job:
        """Return a job as it is now. Raises NoSuchJob."""
        return self._records.get(site, ulid)

    def find(self, site: str, ulid: str) -> Job | None:
        """Return a job as it is now, or None when there is none."""
        return self._records.find(site, ulid)

    def deliver(
        self, site: str, alternate: bool = False, limit: int | None = None, *, by: str = "reader"
    ) -> list[Job]:
        """Take all unread jobs of a queue for good, oldest first; return them as they were, UNREAD.

        However many take at once, each job is returned once. `alternate` is the other queue, which has the
        same jobs. `by` is who takes them, for the history.
        """
        with self._turns.of(site, "alternate" if alternate else "primary"):
            decide = partial(life.delivered, now_unix=self._now(), alternate=alternate, by=by)
            unread = self._selection.unread(site, alternate=alternate)
            return [before for before, _ in self._take(unread, decide, limit)]

    def claim(
        self,
        site: str,
        owner: str,
        lease_seconds: float = 60,
        limit: int | None = 1,
        device_types: Collection[str] | None = None,
        *,
        urgent: bool = False,
        accept: Callable[[Job], bool] | None = None,
        by: str = "",
    ) -> list[Job]:
        """Take up to `limit` jobs for so long, oldest first; return them as they are now.

        Claimable are unread jobs, and those whose lease has lapsed: one that `was_started` may be half done.
        `device_types` and `accept` say which are wanted; with `urgent`, only those that stop something,
        however many wait before them. `by` stands in the history instead of `owner`.
        """
        candidates = self._selection.urgent if urgent else self._selection.claimable
        with self._turns.of(site, "urgent" if urgent else "claim"):
            now = self._now()
            wanted = (
                job
                for job in candidates(site, now)
                if (device_types is None or job.device_type in device_types)
                and (accept is None or accept(job))
            )
            decide = partial(life.claimed, now_unix=now, lease=self._lease(owner, lease_seconds), by=by)
            return [after for _, after in self._take(wanted, decide, limit)]

    def held_by(self, site: str, owner: str) -> list[Job]:
        """Return the jobs that `owner` has claimed and neither ended nor lost, oldest first."""
        ulids = sorted(job.ulid for job in self._selection.leased(site))
        jobs = [self._records.find(site, ulid) for ulid in ulids]
        return [job for job in jobs if job and job.lease and job.lease.owner == owner]

    def renew(self, job: Job, owner: str, lease_seconds: float = 60) -> Job:
        """Keep a claimed job for so long from now on. Raises NotYourJob, also when it was cancelled."""
        decide = partial(life.renewed, lease=self._lease(owner, lease_seconds))
        return self._change(job.site, job.ulid, decide)

    def release(self, job: Job, owner: str, message: str = "", *, by: str = "") -> Job:
        """Give a claimed job back before it is begun. Raises NotYourJob, IllegalTransition."""
        decide = partial(life.released, now_unix=self._now(), owner=owner, message=message, by=by)
        return self._change(job.site, job.ulid, decide)

    def update(
        self,
        site: str,
        ulid: str,
        status: str,
        *,
        seconds_until_complete: float | str | None = None,
        alternate: bool = False,
        owner: str | None = None,
        by: str = "",
        message: str = "",
        result: Mapping[str, Any] | None = None,
        session: Mapping[str, Any] | None = None,
    ) -> Job:
        """Set a job's status, in the alternate queue if so said; return the job. An end may be told twice.

        With `owner`, only if this one holds it. `result` and `session` are JSON objects.
        Raises NoSuchJob, IllegalTransition, NotYourJob, BadJob (a status or value that cannot be).
        """
        news = life.News(
            clean_status(status),
            by=by,
            message=message,
            seconds_until_complete=_clean(seconds_until_complete, "secondsUntilComplete"),
            owner=owner,
            result=_clean(result, "result", _RESULT_BYTES),
            session=_clean(session, "session"),
        )
        step = life.updated_alternate if alternate else life.updated
        return self._change(site, ulid, partial(step, now_unix=self._now(), news=news))

    def cancel(self, site: str, ulid: str, by: str, message: str = "") -> Job:
        """Cancel a job, also a running one, in both queues. Raises NoSuchJob, IllegalTransition."""
        decide = partial(life.cancelled, now_unix=self._now(), by=by, message=message)
        return self._change(site, ulid, decide)

    def cancel_all(self, site: str, before_ulid: str, by: str) -> list[Job]:
        """Cancel all jobs older than this one that have not ended; return them as they were before.

        Those that `was_started` or that have a `lease` are running, or about to be.
        """
        return self._cancel_older(self._selection.not_ended(site, before_ulid), before_ulid, by)

    def expire(self, site: str, older_than_seconds: float) -> list[Job]:
        """End jobs that nobody read, or whose reader died before it began them, for so long; return them.

        What only the alternate queue has not read is expired there, and not returned.
        """
        now = self._now()
        cutoff = (now - older_than_seconds) * 1000
        message = f"nobody took it for {older_than_seconds:.0f} s"
        decide = partial(life.expired, now_unix=now, message=message)
        alternate = partial(life.expired_alternate, now_unix=now, message=message)
        lapsed = (job for job in self._selection.lapsed(site, now) if job.timestamp_ms < cutoff)
        jobs = [*self._selection.unread_before(site, cutoff), *lapsed]
        gone = [after for _, after in self._take(jobs, decide)]
        self._take(self._selection.unread_before(site, cutoff, alternate=True), alternate)
        return gone

    def recent(
        self, site: str, since_milliseconds: float, limit: int | None = None, after: str | None = None
    ) -> tuple[list[Job], str | None]:
        """Return a site's jobs since a unix millisecond, oldest first: all, or `limit` and where to go on."""
        page = self._table.query(site, at_least=first_ulid(since_milliseconds), limit=limit, after=after)
        return [job_of(document) for document in page.documents], page.after

    def changes(self, after: str | None = None, limit: int = 1000) -> list[tuple[str, Job]]:
        """Return jobs as each change left them, and its position: those after `after`, perhaps one twice."""
        while records := self._table.changes(after, limit=limit):
            found = [(each.position, job_of(each.new)) for each in records if each.new is not None]
            if found:
                return found
            after = records[-1].position
        return []

    def latest_position(self) -> str | None:
        """Return where changes go on from now."""
        return self._table.latest_position()

    def _cancel_older(self, jobs: Iterable[Job], before_ulid: str, by: str) -> list[Job]:
        message = f"cancelled by {before_ulid}"
        decide = partial(life.ended, now_unix=self._now(), status=Status.CANCELED, by=by, message=message)
        older = (job for job in jobs if life.is_older(job, before_ulid))
        return [before for before, _ in self._take(older, decide)]

    def _add(
        self,
        request: JobRequest,
        parameters: Parameters,
        ulid: str,
        status: str,
        message: str = "",
        *,
        replica: str | None = None,
    ) -> Job:
        optional, required = parameters
        message = "; ".join(filter(None, (request.on_behalf, message)))
        entry = HistoryEntry(self._now(), status, by=request.asker, message=message)
        job = Job(
            site=request.site,
            ulid=ulid,
            status=status,
            replica_status=status if replica is None else replica,
            user_name=request.user_name,
            user_id=request.user_id,
            user_roles=tuple(request.user_roles),
            timestamp_ms=ulid_milliseconds(ulid),
            device_type=request.device,
            device_instance=request.instance,
            action=request.action,
            optional_params=on_wire(optional),
            required_params=on_wire(required),
            history=continued((), entry),
            source=request.source,
        )
        try:
            return self._records.add(job)
        except LimitExceeded as fault:
            raise BadJob(faults=(str(fault).rstrip("."),)) from fault

    def _change(self, site: str, ulid: str, decide: Callable[[Job], Job]) -> Job:
        return self._records.change(self._records.get(site, ulid), decide)[1]

    def _take(
        self, jobs: Iterable[Job], decide: Callable[[Job], Job], limit: int | None = None
    ) -> list[tuple[Job, Job]]:
        """Change those jobs that let themselves be changed; return them before and after."""
        taken: list[tuple[Job, Job]] = []
        try:
            for job in jobs:
                if limit is not None and len(taken) >= limit:
                    break
                taken += self._taken(job, decide)
        except (StoreError, JobBusy):
            # What was taken must not be lost; what was not is still there for the next.
            if not taken:
                raise
        return taken

    def _taken(self, job: Job, decide: Callable[[Job], Job]) -> list[tuple[Job, Job]]:
        try:
            before, after = self._records.change(job, decide)
        except (NoSuchJob, LimitExceeded):
            return []  # It is gone, or others filled it up: the next ones do not wait for it.
        return [] if after is before else [(before, after)]

    def _lease(self, owner: str, seconds: float) -> Lease:
        return Lease(owner, round(self._clock.time() + seconds, 3))

    def _now(self) -> float:
        return round(self._clock.time(), 3)


def _clean(value: Any, name: str, most_bytes: int = _SMALL_BYTES) -> Any:
    return on_wire(stored_within(most_bytes, value, name))
