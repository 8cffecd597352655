"""One site as seen from afar, through the stores alone: it need not be there."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from ocs_sim.clock import Clock, SystemClock
from ocs_sim.remote._commands import Wish
from ocs_sim.remote._resources import COMMAND_GROUP, command_queue, state_table
from ocs_sim.remote._state import STATE_KEY, SiteState, read_state
from ocs_sim.stores import Document

if TYPE_CHECKING:
    from ocs_sim.jobs import Job, JobStore, Ulids
    from ocs_sim.stores import Stores

_LOOK_PERIOD_SECONDS = 0.2
_DAY_MILLISECONDS = 86_400_000


class Remote:
    """Commands to a site, and what it last told. Stores' errors pass through."""

    def __init__(self, site: str, stores: Stores, clock: Clock | None = None, sender: str = "") -> None:
        """`sender` is who the site will say has sent the commands."""
        self.site = site
        self._sender = sender
        self._stores = stores
        self._clock = clock or SystemClock()
        self._ulids: Ulids | None = None

    def send(self, wish: Wish) -> str:
        """Put a command into the site's queue, where it waits for the site; return its job's ULID."""
        from ocs_sim.jobs import Ulids

        if self._ulids is None:
            self._ulids = Ulids(self._clock)
        ulid = self._ulids.new()
        body = job_message(wish, ulid, self._sender) if wish.job else self._message(wish, ulid)
        queue = self._stores.queue(command_queue(self.site))
        queue.send(body, group=COMMAND_GROUP, deduplication_id=ulid)
        return ulid

    def document(self) -> Document | None:
        """Return what the site last told, as it is stored; None when it never did."""
        return self._stores.table(state_table(self.site)).get(STATE_KEY)

    def state(self) -> SiteState | None:
        """Return what the site last told, or None when it never did."""
        document = self.document()
        return None if document is None else read_state(document)

    def job(self, ulid: str) -> Job | None:
        """Return the job of a command, or None while the site has not taken it."""
        return self._jobs().find(self.site, ulid)

    def waiting(self) -> int:
        """Return how many commands the site has not taken yet, about."""
        depth = self._stores.queue(command_queue(self.site)).depth()
        return depth.waiting + depth.leased

    def jobs(self, limit: int) -> list[Job]:
        """Return the site's latest jobs of the last seven days, the oldest first."""
        since = int(1000 * self._clock.time()) - 7 * _DAY_MILLISECONDS
        jobs, _ = self._jobs().recent(self.site, since)
        return jobs[-limit:]

    def await_end(self, ulid: str, seconds: float) -> Job | None:
        """Return a job once it has ended, or as it is when the time is up (None: not taken)."""
        until = self._clock.monotonic() + seconds
        while True:
            job = self.job(ulid)
            if (job is not None and job.has_ended) or self._clock.monotonic() >= until:
                return job
            time.sleep(_LOOK_PERIOD_SECONDS)

    def link(self, key: str, *, expires_seconds: int = 3600) -> str:
        """Return a URL of a stored file."""
        return self._stores.objects.link(key, expires_seconds=expires_seconds)

    def _message(self, wish: Wish, ulid: str) -> str:
        from ocs_sim.jobs import command_message

        fields = {**wish.fields, "user_name": self._sender, "user_id": self._sender}
        return command_message(wish.command, fields, ulid, self._clock.time())

    def _jobs(self) -> JobStore:
        from ocs_sim.jobs import JobStore, job_table

        return JobStore(self._stores.table(job_table()), self._clock)


def job_message(wish: Wish, ulid: str, sender: str) -> str:
    """Return a wish as a job object, for what has no documented command; its sender operates the site."""
    device, action = wish.job or ("", wish.command)
    message = {
        "id": ulid,
        "device": device,
        "instance": device,
        "action": action,
        "required_params": wish.fields,
        "optional_params": {},
        "user_name": sender,
        "user_id": sender,
        "user_roles": ["admin"],
    }
    return json.dumps(message, allow_nan=False)
