"""A jobs service of which it turns out only when it answers whether it knows leases."""

from __future__ import annotations

from collections.abc import Callable

from ocs_sim.jobs import BadJob, Job

from ._source import JobLost, JobSource, News
from ._web import NoRoute, Web


class ServiceSource:
    """Claims jobs where the service can do that; else takes them as any reader would, into a journal."""

    def __init__(
        self, web: Web, claiming: JobSource, make_foreign: Callable[[], JobSource], probe: str, owner: str
    ) -> None:
        self.name = web.url
        self._web = web
        self._claiming = claiming
        self._make_foreign = make_foreign
        self._probe = probe
        self._owner = owner
        self._chosen: JobSource | None = None

    @property
    def _source(self) -> JobSource:
        if self._chosen is None:
            try:
                self._web.post(self._probe, {"owner": self._owner})
                self._chosen = self._claiming
            except (NoRoute, JobLost, BadJob):
                # Whatever it says to a route that it does not know.
                self._chosen = self._make_foreign()
        return self._chosen

    def fetch(self) -> bool:
        """Bring in what is new."""
        return self._source.fetch()

    def claim(self, limit: int, *, urgent: bool = False) -> list[Job]:
        """Take jobs."""
        return self._source.claim(limit, urgent=urgent)

    def held(self) -> list[Job]:
        """Return the jobs that are ours already."""
        return self._source.held()

    def renew(self, job: Job) -> None:
        """Keep a job."""
        self._source.renew(job)

    def tell(self, job: Job, news: News) -> None:
        """Say what becomes of a job."""
        self._source.tell(job, news)

    def look(self, job: Job) -> Job:
        """Return a job as it is now."""
        return self._source.look(job)

    def expire(self, older_than_seconds: float) -> None:
        """End jobs that have waited too long."""
        self._source.expire(older_than_seconds)

    def close(self) -> None:
        """Close the connections."""
        self._web.close()
