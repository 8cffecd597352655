"""Jobs of a site at a jobs service that knows leases: ours."""

from __future__ import annotations

from typing import Any

from ocs_sim.jobs import Job

from ._source import News
from ._web import Web, jobs_from

_MOST_AT_ONCE = 100


class ClaimingSource:
    """Claims jobs, renews the claims, and reports, all over HTTP."""

    def __init__(self, web: Web, site: str, owner: str, lease_seconds: float) -> None:
        self.name = web.url
        self._web = web
        self._site = site
        self._claimer: dict[str, Any] = {"owner": owner, "lease_seconds": lease_seconds}
        self._owner = owner

    def fetch(self) -> bool:
        """Return True: only claiming tells."""
        return True

    def claim(self, limit: int, *, urgent: bool = False) -> list[Job]:
        """Take jobs."""
        body = {**self._claimer, "limit": min(limit, _MOST_AT_ONCE), "urgent": urgent}
        return list(jobs_from(self._web.jobs(f"{self._site}/claim", body)))

    def held(self) -> list[Job]:
        """Return the jobs that are ours already."""
        return list(jobs_from(self._web.jobs(f"{self._site}/held", {"owner": self._owner})))

    def renew(self, job: Job) -> None:
        """Keep a job."""
        self._web.post(f"{self._site}/{job.ulid}/renew", self._claimer)

    def tell(self, job: Job, news: News) -> None:
        """Say what becomes of a job."""
        body: dict[str, Any] = {"owner": self._owner, "newStatus": news.status, "message": news.message}
        further = {
            "secondsUntilComplete": news.seconds_until_complete,
            "result": news.result,
            "session": news.session,
        }
        body.update({name: value for name, value in further.items() if value is not None})
        self._web.post(f"{self._site}/{job.ulid}/update", body)

    def look(self, job: Job) -> Job:
        """Return a job as it is now, which its renewal tells."""
        told = self._web.post(f"{self._site}/{job.ulid}/renew", self._claimer)
        return next(jobs_from([told] if isinstance(told, dict) else []), job)

    def expire(self, older_than_seconds: float) -> None:
        """Do nothing: whoever runs the service does that."""
