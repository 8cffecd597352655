"""Any history of a site's jobs: senders, readers of both kinds who die, cancels, and a clock that steps.

A plain model says what is true; two stores work on one table, as two processes do.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ocs_sim.jobs import CANCEL_ALL, IllegalTransition, Job, JobStore, NotYourJob, Ulids, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from tests.examples import examples
from tests.jobs.making import SITE, SetClock, request
from tests.memory import IN_MEMORY

ENDS = {"COMPLETE", "COMPLETED", "FAILED", "CANCELED", "EXPIRED"}
ORDER = {"UNREAD": 0, "RECEIVED": 1, "STARTED": 2, "EXPOSING": 3, "READING": 3, **dict.fromkeys(ENDS, 4)}
LEASE_SECONDS = 30.0

stores_ = st.integers(0, 1)
owners = st.sampled_from(["bridge", "other bridge"])
statuses = st.sampled_from(sorted(ORDER))
picks = st.integers(0, 10**6)


@dataclass
class Known:
    """What must be true of a job."""

    urgent: bool
    status: str = "UNREAD"
    replica: str = "UNREAD"
    owner: str | None = None
    until: float = 0.0

    @property
    def ended(self) -> bool:
        return self.status in ENDS

    def end(self, status: str) -> None:
        self.status, self.owner = status, None
        self.replica = self.replica if self.replica in ENDS else status

    def claimable(self, now: float) -> bool:
        if self.ended:
            return False
        return self.until < now if self.owner else self.status == "UNREAD"


class Life(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.directory = Path(tempfile.mkdtemp(dir=IN_MEMORY))
        self.clock = SetClock()
        self.opened = open_stores(StoreAddresses(self.directory), self.clock)
        table = self.opened.table(job_table())
        ulids = Ulids(self.clock)
        self.stores = [JobStore(table, self.clock, ulids), JobStore(table, self.clock, ulids)]
        self.known: dict[str, Known] = {}
        self.sent: dict[str, Job] = {}
        self.position = self.stores[0].latest_position()
        self.told: dict[str, str] = {}

    def teardown(self):
        if hasattr(self, "opened"):
            self.nothing_is_lost()
            self.opened.close()
            shutil.rmtree(self.directory)

    @rule(which=stores_, urgent=st.booleans())
    def send(self, which, urgent):
        job = self.stores[which].new(request("stop" if urgent else "expose"))
        assert job.ulid > max(self.known, default="")
        self.sent[job.ulid] = job
        self.known[job.ulid] = Known(urgent)

    @rule(which=stores_, alternate=st.booleans(), limit=st.none() | st.integers(1, 3))
    def read_for_good(self, which, alternate, limit):
        unread = [u for u, k in self._known() if (k.replica if alternate else k.status) == "UNREAD"]
        read = self.stores[which].deliver(SITE, alternate=alternate, limit=limit)
        assert [job.ulid for job in read] == unread[:limit]
        for job in read:
            assert (job.replica_status if alternate else job.status) == "UNREAD"
            setattr(self.known[job.ulid], "replica" if alternate else "status", "RECEIVED")

    @rule(which=stores_, owner=owners, limit=st.integers(1, 3), urgent=st.booleans())
    def claim(self, which, owner, limit, urgent):
        now = self.clock.unix
        free = [u for u, k in self._known() if k.claimable(now) and (k.urgent or not urgent)]
        got = self.stores[which].claim(SITE, owner, LEASE_SECONDS, limit, urgent=urgent)
        assert [job.ulid for job in got] == free[:limit]
        for job in got:
            known = self.known[job.ulid]
            known.status = "RECEIVED" if known.status == "UNREAD" else known.status
            known.owner, known.until = owner, round(now + LEASE_SECONDS, 3)
            assert job.was_started == (known.status in ("STARTED", "EXPOSING", "READING"))

    @precondition(lambda self: self.known)
    @rule(which=stores_, pick=picks, owner=owners)
    def renew(self, which, pick, owner):
        job, known = self._pick(pick)
        if known.owner == owner:
            self.stores[which].renew(job, owner, LEASE_SECONDS)
            known.until = round(self.clock.unix + LEASE_SECONDS, 3)
        else:
            with pytest.raises(NotYourJob):
                self.stores[which].renew(job, owner, LEASE_SECONDS)

    @precondition(lambda self: self.known)
    @rule(which=stores_, pick=picks, owner=owners)
    def give_back(self, which, pick, owner):
        job, known = self._pick(pick)
        if known.owner == owner and known.status == "RECEIVED":
            self.stores[which].release(job, owner)
            known.status, known.owner = "UNREAD", None
        else:
            with pytest.raises((NotYourJob, IllegalTransition)):
                self.stores[which].release(job, owner)

    @precondition(lambda self: self.known)
    @rule(which=stores_, pick=picks, owner=st.none() | owners, status=statuses)
    def tell(self, which, pick, owner, status):
        job, known = self._pick(pick)
        update = lambda: self.stores[which].update(SITE, job.ulid, status, owner=owner)  # noqa: E731
        again = owner is not None and status == "STARTED" and not known.ended
        goes_on = status != "UNREAD" and ORDER[status] >= ORDER[known.status]
        if known.ended and known.status == status:
            update()
        elif known.ended or not (goes_on or again):
            with pytest.raises(IllegalTransition):
                update()
        elif owner is not None and known.owner != owner:
            with pytest.raises(NotYourJob):
                update()
        else:
            update()
            known.status = status
            known.owner = None if known.ended else known.owner

    @precondition(lambda self: self.known)
    @rule(which=stores_, pick=picks, status=statuses)
    def tell_of_the_alternate_queue(self, which, pick, status):
        job, known = self._pick(pick)
        update = lambda: self.stores[which].update(SITE, job.ulid, status, alternate=True)  # noqa: E731
        ended = known.replica in ENDS
        if ended and known.replica == status:
            update()
        elif ended or status == "UNREAD" or ORDER[status] < ORDER[known.replica]:
            with pytest.raises(IllegalTransition):
                update()
        else:
            update()
            known.replica = status

    @precondition(lambda self: self.known)
    @rule(which=stores_, pick=picks)
    def cancel(self, which, pick):
        job, known = self._pick(pick)
        if known.ended and known.status != "CANCELED":
            with pytest.raises(IllegalTransition):
                self.stores[which].cancel(SITE, job.ulid, "Tim")
        else:
            self.stores[which].cancel(SITE, job.ulid, "Tim")
            if not known.ended:
                known.end("CANCELED")

    @rule(which=stores_)
    def cancel_everything(self, which):
        job = self.stores[which].new(request(CANCEL_ALL, "all"))
        for known in self.known.values():
            if not known.ended:
                known.end("CANCELED")
        self.sent[job.ulid] = job
        self.known[job.ulid] = Known(urgent=True)

    @rule(which=stores_, age=st.sampled_from([0.0, 20.0, 100.0]))
    def expire(self, which, age):
        now = self.clock.unix
        cutoff = (now - age) * 1000
        gone = {job.ulid for job in self.stores[which].expire(SITE, age)}
        for ulid, known in self._known():
            old = self.sent[ulid].timestamp_ms < cutoff
            waits = known.status in ("UNREAD", "RECEIVED") and known.claimable(now)
            assert (ulid in gone) == (old and waits)
            if ulid in gone:
                known.end("EXPIRED")
            elif old and known.replica == "UNREAD":
                known.replica = "EXPIRED"

    @rule(seconds=st.sampled_from([0.001, 5.0, 31.0, 1000.0, -5.0, -1000.0]))
    def time_goes_on_or_back(self, seconds):
        self.clock.unix = round(self.clock.unix + seconds, 3)

    @invariant()
    def the_table_is_as_the_model(self):
        if not hasattr(self, "known"):
            return
        jobs = {job.ulid: job for job in self.stores[0].recent(SITE, 0)[0]}
        assert set(jobs) == set(self.known)
        for ulid, job in jobs.items():
            known = self.known[ulid]
            assert (job.status, job.replica_status) == (known.status, known.replica)
            assert (job.lease and job.lease.owner) == known.owner
            primary = [entry.status for entry in job.history if entry.queue == "primary"]
            assert primary[-1] == known.status
            assert not ENDS & set(primary[:-1])

    @invariant()
    def changes_tell_the_same(self):
        if not hasattr(self, "known"):
            return
        while changes := self.stores[1].changes(self.position):
            self.position = changes[-1][0]
            self.told |= {job.ulid: job.status for _, job in changes}
        assert self.told == {ulid: known.status for ulid, known in self.known.items()}

    def nothing_is_lost(self):
        """When all readers have died, a new one gets all that has not ended, but what was read for good."""
        self.clock.unix += 10**6
        left = [u for u, k in self._known() if k.claimable(self.clock.unix)]
        read_for_good = {
            u for u, k in self._known() if not k.ended and k.owner is None and k.status != "UNREAD"
        }
        assert {u for u, k in self._known() if not k.ended} == {*left, *read_for_good}
        got = self.stores[0].claim(SITE, "the last", limit=None)
        assert [job.ulid for job in got] == left
        assert [job.ulid for job in self.stores[1].held_by(SITE, "the last")] == left

    def _known(self):
        return sorted(self.known.items())

    def _pick(self, pick):
        ulid = sorted(self.known)[pick % len(self.known)]
        # As it was at first, which is what a slow client knows.
        return self.sent[ulid], self.known[ulid]


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=examples(40), stateful_step_count=40, deadline=None)
