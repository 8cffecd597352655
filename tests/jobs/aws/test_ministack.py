"""The same promises over boto3: checked with MiniStack, not with AWS."""

from collections import Counter

import pytest

from ocs_sim.jobs import CANCEL_ALL, IllegalTransition, JobStore, NotYourJob
from tests.jobs.making import SITE, SetClock, request
from tests.jobs.readers import claim, deliver, read_all

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def jobs(table, clock):
    return JobStore(table, clock)


def ulids(jobs):
    return [job.ulid for job in jobs]


@pytest.mark.parametrize("take", [deliver, claim])
def test_two_readers_of_ten_threads_get_every_job_once(table, clock, take):
    stores = [JobStore(table, clock) for _ in range(2)]
    sent = [stores[0].new(request()).ulid for _ in range(100)]
    got = read_all(stores, take)
    assert Counter(ulid for own in got for ulid in own) == Counter(sent)


def test_a_job_lives_as_in_files(jobs, clock):
    begin = jobs.latest_position()
    sent = [jobs.new(request(required_params={"time": 1.5, "n": 3})) for _ in range(5)]
    stop = jobs.new(request("stop", "mount"))
    assert ulids(jobs.deliver(SITE, alternate=True)) == ulids([*sent, stop])
    assert ulids(jobs.claim(SITE, "dies", urgent=True)) == [stop.ulid]
    first, second = jobs.claim(SITE, "dies", lease_seconds=10, limit=2)
    assert first.required_params == {"time": 1.5, "n": 3}
    jobs.update(SITE, first.ulid, "EXPOSING", owner="dies", seconds_until_complete=1.5)
    jobs.renew(second, "dies", lease_seconds=100)
    clock.unix += 11
    [again] = jobs.claim(SITE, "lives")
    assert (again.ulid, again.was_started, again.seconds_until_complete) == (first.ulid, True, 1.5)
    with pytest.raises(NotYourJob):
        jobs.update(SITE, first.ulid, "COMPLETE", owner="dies")
    done = jobs.update(SITE, first.ulid, "COMPLETE", owner="lives", result={"images": ["a.fits"]})
    assert jobs.get(SITE, first.ulid) == done
    with pytest.raises(IllegalTransition):
        jobs.update(SITE, first.ulid, "FAILED")
    assert ulids(jobs.held_by(SITE, "dies")) == ulids([second, stop])
    assert jobs.release(second, "dies").lease is None
    assert ulids(jobs.deliver(SITE)) == ulids(sent[1:])
    clock.unix += 1
    cancel = jobs.new(request(CANCEL_ALL, "all"))
    assert {jobs.get(SITE, each.ulid).status for each in sent[1:]} == {"CANCELED"}
    clock.unix += 1000
    assert ulids(jobs.expire(SITE, 100)) == [cancel.ulid]
    statuses = {job.ulid: job.status for job in jobs.recent(SITE, 0)[0]}
    assert statuses[first.ulid] == "COMPLETE"
    assert statuses[cancel.ulid] == "EXPIRED"
    told = {}
    while changes := jobs.changes(begin):
        begin = changes[-1][0]
        told |= {job.ulid: job.status for _, job in changes}
    assert told == statuses
