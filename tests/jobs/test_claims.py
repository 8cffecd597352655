"""Readers who claim jobs for a time, and may die."""

import pytest

from ocs_sim.jobs import IllegalTransition, JobStore, NotYourJob
from tests.jobs.making import SITE, LateIndex, Meanwhile, TellsTwice, request


def ulids(jobs):
    return [job.ulid for job in jobs]


def test_claims_go_by_age_and_exclude_each_other(jobs):
    sent = [jobs.new(request()) for _ in range(3)]
    [first] = jobs.claim(SITE, "one")
    rest = jobs.claim(SITE, "two", limit=5)
    assert ulids([first, *rest]) == ulids(sent)
    assert {job.status for job in (first, *rest)} == {"RECEIVED"}
    assert (first.lease.owner, first.lease.until_unix) == ("one", 1_700_000_060)
    assert jobs.claim(SITE, "one") == []
    assert jobs.deliver(SITE) == []


def test_a_lease_that_lapsed_before_the_job_began_gives_it_to_the_next(jobs, clock):
    sent = [jobs.new(request()) for _ in range(2)]
    [first] = jobs.claim(SITE, "dies", lease_seconds=10)
    clock.unix += 10
    assert ulids(jobs.claim(SITE, "lives")) == [sent[1].ulid]
    clock.unix += 0.1
    [again] = jobs.claim(SITE, "lives")
    assert (again.ulid, again.status, again.lease.owner) == (first.ulid, "RECEIVED", "lives")
    assert not again.was_started
    assert again.deliveries == 2
    assert "dies" in again.history[-1].message


def test_the_oldest_goes_first_even_if_its_reader_died(jobs, clock):
    sent = [jobs.new(request()) for _ in range(3)]
    jobs.claim(SITE, "dies", lease_seconds=10)
    clock.unix += 11
    assert ulids(jobs.claim(SITE, "lives", limit=3)) == ulids(sent)


def test_the_oldest_goes_first_whenever_its_lease_lapsed(jobs, clock):
    sent = [jobs.new(request()) for _ in range(2)]
    jobs.claim(SITE, "dies", lease_seconds=20)
    jobs.claim(SITE, "dies", lease_seconds=10)
    clock.unix += 21
    assert ulids(jobs.claim(SITE, "lives", limit=2)) == ulids(sent)


def test_a_job_under_way_whose_lease_lapsed_is_told_to_have_been_started(jobs, clock):
    jobs.new(request())
    [job] = jobs.claim(SITE, "dies", lease_seconds=10)
    jobs.update(SITE, job.ulid, "EXPOSING", owner="dies")
    clock.unix += 11
    [again] = jobs.claim(SITE, "lives")
    assert again.was_started
    assert again.status == "EXPOSING"
    with pytest.raises(NotYourJob, match="lives holds it"):
        jobs.update(SITE, job.ulid, "COMPLETE", owner="dies")
    jobs.update(SITE, job.ulid, "STARTED", owner="lives")
    assert jobs.update(SITE, job.ulid, "COMPLETE", owner="lives").lease is None


def test_who_comes_back_finds_what_it_holds(jobs, clock):
    sent = [jobs.new(request()) for _ in range(4)]
    jobs.claim(SITE, "bridge", limit=3)
    jobs.claim(SITE, "other")
    jobs.update(SITE, sent[0].ulid, "COMPLETE", owner="bridge")
    jobs.update(SITE, sent[1].ulid, "STARTED", owner="bridge")
    clock.unix += 1000
    held = jobs.held_by(SITE, "bridge")
    assert [(job.ulid, job.was_started) for job in held] == [(sent[1].ulid, True), (sent[2].ulid, False)]


def test_an_owner_whose_lease_lapsed_may_go_on_while_nobody_else_took_it(jobs, clock):
    jobs.new(request())
    [job] = jobs.claim(SITE, "bridge", lease_seconds=10)
    clock.unix += 100
    jobs.renew(job, "bridge", lease_seconds=10)
    assert jobs.claim(SITE, "other") == []
    clock.unix += 100
    assert jobs.update(SITE, job.ulid, "COMPLETE", owner="bridge").has_ended
    assert jobs.claim(SITE, "other") == []


def test_renewing_keeps_others_away(jobs, clock):
    jobs.new(request())
    [job] = jobs.claim(SITE, "bridge", lease_seconds=10)
    for _ in range(5):
        clock.unix += 9
        job = jobs.renew(job, "bridge", lease_seconds=10)
        assert jobs.claim(SITE, "other") == []
    assert len(job.history) == 2
    with pytest.raises(NotYourJob, match="bridge holds it"):
        jobs.renew(job, "other")


def test_what_is_given_back_is_unread_in_its_old_place(jobs):
    sent = [jobs.new(request()) for _ in range(2)]
    [job] = jobs.claim(SITE, "one")
    with pytest.raises(NotYourJob):
        jobs.release(job, "two")
    assert jobs.release(job, "one").status == "UNREAD"
    assert ulids(jobs.deliver(SITE)) == ulids(sent)
    with pytest.raises(NotYourJob, match="nobody holds it"):
        jobs.release(job, "one")


def test_what_has_begun_cannot_be_given_back(jobs):
    jobs.new(request())
    [job] = jobs.claim(SITE, "one")
    jobs.update(SITE, job.ulid, "STARTED", owner="one")
    with pytest.raises(IllegalTransition):
        jobs.release(job, "one")


def test_only_what_is_wanted_is_claimed_and_each_device_keeps_its_order(jobs):
    mount = [jobs.new(request("go", "mount")) for _ in range(2)]
    camera = [jobs.new(request()) for _ in range(2)]
    assert ulids(jobs.claim(SITE, "b", device_types={"camera"})) == [camera[0].ulid]
    idle = jobs.claim(SITE, "b", accept=lambda job: job.device_type == "mount")
    assert ulids(idle) == [mount[0].ulid]
    assert jobs.claim(SITE, "b", limit=9, device_types={"focuser"}) == []
    assert ulids(jobs.claim(SITE, "b", limit=9)) == [mount[1].ulid, camera[1].ulid]


def test_what_stops_something_is_found_behind_all_others(jobs):
    for _ in range(30):
        jobs.new(request())
    stops = [
        jobs.new(request("stop", "mount")),
        jobs.new(request("run", "sequencer", required_params={"script": "stopScript"})),
        jobs.new(request("stop", "focuser")),
    ]
    assert all(job.is_urgent for job in stops)
    assert ulids(jobs.claim(SITE, "b", limit=9, urgent=True)) == ulids(stops)
    assert jobs.claim(SITE, "b", limit=9, urgent=True) == []
    assert len(jobs.claim(SITE, "b", limit=99)) == 30


def test_an_urgent_job_whose_reader_died_is_urgent_still(jobs, clock):
    jobs.new(request())
    stop = jobs.new(request("stop", "mount"))
    jobs.claim(SITE, "dies", lease_seconds=10, limit=2)
    clock.unix += 11
    assert ulids(jobs.claim(SITE, "lives", limit=9, urgent=True)) == [stop.ulid]


def test_who_reads_for_good_reads_urgent_ones_too(jobs):
    jobs.new(request("stop", "mount"))
    assert len(jobs.deliver(SITE)) == 1
    assert jobs.claim(SITE, "b", urgent=True) == []


def test_a_claim_that_comes_second_gets_the_next_job(table, clock, jobs):
    sent = [jobs.new(request()) for _ in range(2)]
    slow = JobStore(Meanwhile(table, lambda: jobs.claim(SITE, "fast")), clock)
    assert ulids(slow.claim(SITE, "slow")) == [sent[1].ulid]


def test_an_index_that_lags_behind_gives_nothing_twice(table, clock, jobs):
    sent = [jobs.new(request()) for _ in range(3)]
    lagging = JobStore(LateIndex(table), clock)
    assert ulids(lagging.claim(SITE, "one", limit=2)) == ulids(sent[:2])
    assert ulids(lagging.claim(SITE, "two", limit=3)) == [sent[2].ulid]
    assert lagging.deliver(SITE) == []


def test_an_answer_that_was_lost_leaves_the_claim_to_its_owner(table, clock):
    jobs = JobStore(TellsTwice(table), clock)
    jobs.new(request())
    [job] = jobs.claim(SITE, "bridge")
    assert jobs.update(SITE, job.ulid, "STARTED", owner="bridge").status == "STARTED"
    assert jobs.get(SITE, job.ulid).deliveries == 1


def test_the_fullest_job_can_still_be_ended(jobs, clock):
    full = {"text": "x" * 32_000}
    made = jobs.new(request(optional_params=full, required_params=full, user_roles=("r" * 1000,) * 32))
    for n in range(65):
        jobs.update(SITE, made.ulid, f"{n:064d}", by="ü" * 200, message="€" * 400)
    big = {"images": ["y" * 1000] * 100}
    jobs.update(SITE, made.ulid, "READING", result=big, session={"plan": "z" * 16_000})
    assert jobs.update(SITE, made.ulid, "COMPLETE").result == big
