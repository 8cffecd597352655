"""Where jobs come from, and where it is told what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ocs_sim.clock import Clock
from ocs_sim.errors import ObservatoryError
from ocs_sim.jobs import IllegalTransition, Job, JobStore, NoSuchJob, NotYourJob

_LOOK_SECONDS = 1.0


class JobLost(ObservatoryError):
    """The job is not ours any more: {fault}"""


class SourceDown(ObservatoryError):
    """{source} does not answer: {fault}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is told of a job. A `status` that is empty leaves the one that it has."""

    status: str
    message: str = ""
    seconds_until_complete: int | None = None
    result: Mapping[str, Any] | None = None
    session: Mapping[str, Any] | None = None


class JobSource(Protocol):
    """Jobs of one site, for one owner. Every method may block, and raise SourceDown or StoreError."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    def fetch(self) -> bool:
        """Bring in what is new elsewhere, so that it can be claimed; False when there is surely nothing."""
        ...

    def claim(self, limit: int, *, urgent: bool = False) -> list[Job]:
        """Take jobs, oldest first; with `urgent` those that stop something."""
        ...

    def held(self) -> list[Job]:
        """Return the jobs that are ours already: from before a restart."""
        ...

    def renew(self, job: Job) -> None:
        """Keep a job. Raises JobLost."""
        ...

    def tell(self, job: Job, news: News) -> None:
        """Say what becomes of a job. Raises JobLost when that is of no interest any more."""
        ...

    def look(self, job: Job) -> Job:
        """Return a job as it is now. Raises JobLost."""
        ...

    def expire(self, older_than_seconds: float) -> None:
        """End jobs that have waited too long."""
        ...


class StoreSource:
    """Jobs of a site in a JobStore.

    With a `look_clock`, it first asks whether any job was changed, which is cheap where the store is here,
    and else looks only each second: leases lapse without a change.
    """

    def __init__(
        self, jobs: JobStore, site: str, owner: str, lease_seconds: float, look_clock: Clock | None = None
    ) -> None:
        self.name = f"the job store of {site}"
        self._jobs = jobs
        self._site = site
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._look_clock = look_clock
        self._position: str | None = None
        self._due = 0.0

    def fetch(self) -> bool:
        """Return whether it is time to look: what is new is here."""
        if self._look_clock is None:
            return True
        # Asked before one looks: what comes in between is seen the next time.
        position, now = self._jobs.latest_position(), self._look_clock.monotonic()
        if position == self._position and now < self._due:
            return False
        self._position, self._due = position, now + _LOOK_SECONDS
        return True

    def claim(self, limit: int, *, urgent: bool = False) -> list[Job]:
        """Take jobs."""
        return self._jobs.claim(self._site, self._owner, self._lease_seconds, limit, urgent=urgent)

    def held(self) -> list[Job]:
        """Return the jobs that are ours already."""
        return self._jobs.held_by(self._site, self._owner)

    def renew(self, job: Job) -> None:
        """Keep a job."""
        try:
            self._jobs.renew(job, self._owner, self._lease_seconds)
        except (NotYourJob, NoSuchJob) as fault:
            raise JobLost(fault=fault) from fault

    def tell(self, job: Job, news: News) -> None:
        """Say what becomes of a job."""
        try:
            self._jobs.update(
                job.site,
                job.ulid,
                news.status,
                seconds_until_complete=news.seconds_until_complete,
                owner=self._owner,
                message=news.message,
                result=news.result,
                session=news.session,
            )
        except (NotYourJob, NoSuchJob, IllegalTransition) as fault:
            raise JobLost(fault=fault) from fault

    def look(self, job: Job) -> Job:
        """Return a job as it is now."""
        try:
            return self._jobs.get(job.site, job.ulid)
        except NoSuchJob as fault:
            raise JobLost(fault=fault) from fault

    def expire(self, older_than_seconds: float) -> None:
        """End jobs that have waited too long."""
        self._jobs.expire(self._site, older_than_seconds)
