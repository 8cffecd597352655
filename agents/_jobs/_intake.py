"""Messages of a site's queue become jobs, each once, whatever dies in between."""

from __future__ import annotations

import logging
from typing import Any

from ocs_sim.jobs import BadJob, BadMessage, Job, JobStore
from ocs_sim.jobs.commands import parse_message, refused_request
from ocs_sim.stores import LeaseLost, Message, Queue

_MOST_AT_ONCE = 10
_LEASE_SECONDS = 30


class Intake:
    """Takes messages from one queue and puts jobs into one store."""

    def __init__(self, queue: Queue, jobs: JobStore, site: str, log: logging.LoggerAdapter[Any]) -> None:
        self.taken = 0
        self.refused = 0
        self._queue = queue
        self._jobs = jobs
        self._site = site
        self._log = log

    def take(self, wait_seconds: float = 0.0) -> int:
        """Make jobs of what is there; return how many messages that were. Raises StoreError."""
        messages = self._queue.receive(
            limit=_MOST_AT_ONCE, lease_seconds=_LEASE_SECONDS, wait_seconds=wait_seconds
        )
        for message in messages:
            self._make_job(message)
            try:
                self._queue.acknowledge(message)
            except LeaseLost:
                # It comes again, and is the same job then.
                self._log.info("message %s took too long: it will come again", message.message_id)
        return len(messages)

    def _make_job(self, message: Message) -> Job:
        try:
            job = self._jobs.new(
                parse_message(message.body, self._site, message.message_id, message.sent_unix)
            )
        except (BadMessage, BadJob) as fault:
            self.refused += 1
            self._log.warning("%s", fault)
            request = refused_request(message.body, self._site, message.message_id, message.sent_unix)
            return self._jobs.refuse(request, str(fault))
        self.taken += 1
        return job
