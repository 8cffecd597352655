"""Jobs of a site at a service that forgets what it has given out: a journal here remembers them."""

from __future__ import annotations

import logging
from typing import Any

from ocs_sim.clock import Clock
from ocs_sim.jobs import BadJob, Job, JobRequest, JobStore, NoSuchJob, Status
from ocs_sim.stores import StoreError

from ._source import JobLost, News, SourceDown, StoreSource
from ._web import Web, job_from

# As often as the site software of Photon Ranch asks.
_PERIOD_SECONDS = 2.0
_MARGIN_SECONDS = 60.0
_LONGEST_LOOK_BACK_SECONDS = 86_400.0


class ForeignSource(StoreSource):
    """Takes what getnewjobs answers into a journal at once, and carries on from there.

    An answer that is lost on its way, or that comes to a bridge that dies, is found by getrecentjobs: as jobs
    that are RECEIVED and not in the journal. What becomes of jobs is told by updatejobstatus as soon as the
    service answers.
    """

    def __init__(
        self,
        web: Web,
        journal: JobStore,
        site: str,
        owner: str,
        lease_seconds: float,
        clock: Clock,
        log: logging.LoggerAdapter[Any],
    ) -> None:
        super().__init__(journal, site, owner, lease_seconds)
        self.name = web.url
        self._web = web
        self._clock = clock
        self._log = log
        self._next: float | None = None
        self._heard_unix: float | None = self._newest_unix()
        self._is_sure = False
        self._untold: dict[str, dict[str, Any]] = {}

    def fetch(self) -> bool:
        """Bring in what is new, and tell what could not be told before."""
        now = self._clock.monotonic()
        if self._next is not None and now < self._next:
            return True
        self._next = now + _PERIOD_SECONDS
        if not self._is_sure:
            self._look_back()
        # Until the answer is in the journal it may have been given in vain.
        self._is_sure = False
        self._take(self._web.jobs("getnewjobs", {"site": self._site}))
        self._is_sure, self._heard_unix = True, self._clock.time()
        for ulid in list(self._untold):
            self._send(ulid)
        return True

    def tell(self, job: Job, news: News) -> None:
        """Say what becomes of a job: to the journal surely, to the service when it answers."""
        super().tell(job, news)
        left = -1 if news.seconds_until_complete is None else news.seconds_until_complete
        self._tell_them(job.ulid, news.status, left)

    def _tell_them(self, ulid: str, status: str, seconds_left: int = 0) -> None:
        self._untold[ulid] = {
            "site": self._site,
            "ulid": ulid,
            "newStatus": status,
            "secondsUntilComplete": seconds_left,
        }
        try:
            self._send(ulid)
        except SourceDown as fault:
            self._log.info("%s will be told later of %s: %s", self.name, ulid, fault)

    def _send(self, ulid: str) -> None:
        try:
            self._web.post("updatejobstatus", self._untold[ulid])
        except (JobLost, BadJob) as fault:
            self._log.info("%s does not want to hear of %s: %s", self.name, ulid, fault)
        del self._untold[ulid]

    def _look_back(self) -> None:
        """Take what was given out and never came here; tell what was never told."""
        if self._heard_unix is None:
            # Nothing was ever asked from here: what others were given is theirs.
            self._heard_unix = self._clock.time()
            return
        seconds = min(self._clock.time() - self._heard_unix + _MARGIN_SECONDS, _LONGEST_LOOK_BACK_SECONDS)
        recent = self._web.jobs("getrecentjobs", {"site": self._site, "timeRange": int(1000 * seconds)})
        for each in recent:
            status = str(each.get("statusId", "")).partition("#")[0]
            known = self._known(str(each.get("ulid", "")))
            if known is None and status == Status.RECEIVED:
                self._take([each])
            elif known is not None and known.has_ended and known.status != status:
                self._tell_them(known.ulid, known.status)

    def _take(self, told: list[dict[str, Any]]) -> None:
        for each in told:
            try:
                job = job_from(each)
                self._jobs.new(_request(job, self._site))
            except (KeyError, ValueError, TypeError, AttributeError, BadJob) as fault:
                # Such as the ghosts that a status for an unknown job leaves there.
                self._log.warning("%s tells of a job that is none (%r): %.500r", self.name, fault, each)

    def _known(self, ulid: str) -> Job | None:
        try:
            return self._jobs.get(self._site, ulid)
        except NoSuchJob:
            return None

    def _newest_unix(self) -> float | None:
        try:
            since = 1000 * (self._clock.time() - _LONGEST_LOOK_BACK_SECONDS)
            jobs, _ = self._jobs.recent(self._site, since)
        except StoreError:
            return None
        return jobs[-1].timestamp_ms / 1000 if jobs else None


def _request(job: Job, site: str) -> JobRequest:
    return JobRequest(
        site=site,
        device=job.device_type,
        instance=job.device_instance,
        action=job.action,
        user_name=job.user_name,
        user_id=job.user_id,
        user_roles=job.user_roles,
        optional_params=job.optional_params,
        required_params=job.required_params,
        source="http",
        ulid=job.ulid,
    )
