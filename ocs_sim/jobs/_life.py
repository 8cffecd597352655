"""What becomes of a job at each event: decisions only, which the store then makes true, or decides anew.

A decision that returns the very job it was given changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ocs_sim.jobs._errors import IllegalTransition, NotYourJob
from ocs_sim.jobs._history import HistoryEntry, continued
from ocs_sim.jobs._job import Job, Lease
from ocs_sim.jobs._status import Status, has_ended, may_follow
from ocs_sim.jobs._ulids import ulid_milliseconds


@dataclass(frozen=True, slots=True)
class News:
    """What somebody says of a job; None and "" leave what was there."""

    status: str
    by: str = ""
    message: str = ""
    seconds_until_complete: int | float | str | None = None
    owner: str | None = None
    result: Mapping[str, Any] | None = None
    session: Mapping[str, Any] | None = None


def delivered(job: Job, now_unix: float, *, alternate: bool, by: str) -> Job:
    """Hand an unread job to a reader who never acknowledges."""
    if alternate:
        if job.replica_status != Status.UNREAD:
            return job
        entry = HistoryEntry(now_unix, Status.RECEIVED, by=by, queue="alternate")
        return replace(job, replica_status=Status.RECEIVED, history=continued(job.history, entry))
    if job.status != Status.UNREAD:
        return job
    entry = HistoryEntry(now_unix, Status.RECEIVED, by=by)
    history = continued(job.history, entry)
    return replace(job, status=Status.RECEIVED, history=history, deliveries=job.deliveries + 1)


def offered_to_alternate(job: Job) -> Job:
    """Put a job that is in the primary queue only into the alternate one, too."""
    return job if job.replica_status else replace(job, replica_status=Status.UNREAD)


def claimed(job: Job, now_unix: float, lease: Lease, by: str = "") -> Job:
    """Give a job to whom claims it, if it is unread, or its holder's lease has lapsed."""
    if not is_claimable(job, now_unix):
        return job
    status = Status.RECEIVED if job.status == Status.UNREAD else job.status
    before = f"the lease of {job.lease.owner} had lapsed" if job.lease else ""
    entry = HistoryEntry(now_unix, status, by=by or lease.owner, message=before)
    history = continued(job.history, entry)
    return replace(job, status=status, history=history, lease=lease, deliveries=job.deliveries + 1)


def is_claimable(job: Job, now_unix: float) -> bool:
    """Tell whether somebody may claim a job."""
    if job.has_ended:
        return False
    return job.status == Status.UNREAD if job.lease is None else job.lease.until_unix < now_unix


def renewed(job: Job, lease: Lease) -> Job:
    """Keep a job longer. Raises NotYourJob."""
    check_holder(job, lease.owner)
    return replace(job, lease=lease)


def released(job: Job, now_unix: float, owner: str, message: str, by: str = "") -> Job:
    """Give back a job that was not begun: it is unread again. Raises NotYourJob, IllegalTransition."""
    check_holder(job, owner)
    if job.status != Status.RECEIVED:
        raise IllegalTransition(site=job.site, ulid=job.ulid, old=job.status, new=Status.UNREAD)
    entry = HistoryEntry(now_unix, Status.UNREAD, by=by or owner, message=message or "given back")
    return replace(job, status=Status.UNREAD, lease=None, history=continued(job.history, entry))


def updated(job: Job, now_unix: float, news: News) -> Job:
    """Set a status of the primary queue. Raises NotYourJob, IllegalTransition."""
    if job.has_ended and news.status == job.status:
        return job  # Said twice, because the first answer did not arrive.
    # The holder may begin again what was under way when its predecessor died.
    again = news.owner is not None and news.status == Status.STARTED and not job.has_ended
    if not (again or may_follow(job.status, news.status)):
        raise IllegalTransition(site=job.site, ulid=job.ulid, old=job.status, new=news.status)
    if news.owner is not None:
        check_holder(job, news.owner)
    entry = HistoryEntry(
        now_unix, news.status, news.by or news.owner or "", news.message, news.seconds_until_complete
    )
    return replace(
        job,
        status=news.status,
        seconds_until_complete=_kept(news.seconds_until_complete, job.seconds_until_complete),
        history=continued(job.history, entry),
        result=_kept(news.result, job.result),
        session=_kept(news.session, job.session),
        lease=None if has_ended(news.status) else job.lease,
    )


def updated_alternate(job: Job, now_unix: float, news: News) -> Job:
    """Set a status of the alternate queue, whose reader knows nothing of the primary one's."""
    if has_ended(job.replica_status) and news.status == job.replica_status:
        return job
    if not may_follow(job.replica_status, news.status):
        raise IllegalTransition(site=job.site, ulid=job.ulid, old=job.replica_status, new=news.status)
    entry = HistoryEntry(
        now_unix, news.status, news.by, news.message, news.seconds_until_complete, queue="alternate"
    )
    return replace(
        job,
        replica_status=news.status,
        seconds_until_complete=_kept(news.seconds_until_complete, job.seconds_until_complete),
        history=continued(job.history, entry),
    )


def ended(job: Job, now_unix: float, status: str, by: str, message: str) -> Job:
    """End a job that has not ended, in both queues."""
    if job.has_ended:
        return job
    entry = HistoryEntry(now_unix, status, by=by, message=message)
    replica = job.replica_status if has_ended(job.replica_status) else status
    history = continued(job.history, entry)
    return replace(job, status=status, replica_status=replica, history=history, lease=None)


def cancelled(job: Job, now_unix: float, by: str, message: str) -> Job:
    """Cancel a job. Raises IllegalTransition when it has ended otherwise."""
    if job.has_ended and job.status != Status.CANCELED:
        raise IllegalTransition(site=job.site, ulid=job.ulid, old=job.status, new=Status.CANCELED)
    return ended(job, now_unix, Status.CANCELED, by, message)


def expired(job: Job, now_unix: float, message: str) -> Job:
    """End a job that nobody has begun, and nobody holds."""
    waits = job.status in (Status.UNREAD, Status.RECEIVED) and is_claimable(job, now_unix)
    return ended(job, now_unix, Status.EXPIRED, "", message) if waits else job


def expired_alternate(job: Job, now_unix: float, message: str) -> Job:
    """End a job in the alternate queue, where nobody read it."""
    if job.replica_status != Status.UNREAD:
        return job
    entry = HistoryEntry(now_unix, Status.EXPIRED, message=message, queue="alternate")
    return replace(job, replica_status=Status.EXPIRED, history=continued(job.history, entry))


def is_older(job: Job, before_ulid: str) -> bool:
    """Tell whether a job came before another one, by its ULID."""
    if job.ulid == before_ulid:
        return False
    # Whoever sends through a queue names the job by a clock of its own, which may be ahead of ours.
    came_first = job.source == "queue" and job.created_unix * 1000 < ulid_milliseconds(before_ulid)
    return job.ulid < before_ulid or came_first


def check_holder(job: Job, owner: str) -> None:
    """Raise NotYourJob unless `owner` holds the job."""
    if job.lease is None or job.lease.owner != owner:
        held = f"{job.lease.owner} holds it" if job.lease else f"it is {job.status}, and nobody holds it"
        raise NotYourJob(site=job.site, ulid=job.ulid, owner=owner, fault=held)


def _kept(new: Any, old: Any) -> Any:
    return old if new is None else new
