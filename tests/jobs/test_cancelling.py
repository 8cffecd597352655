"""Jobs that somebody takes back, or that nobody takes."""

import pytest

from ocs_sim.jobs import CANCEL_ALL, IllegalTransition, JobStore, NotYourJob, Ulids, derived_ulid, first_ulid
from tests.jobs.making import SITE, LateIndex, Meanwhile, request


def ulids(jobs):
    return [job.ulid for job in jobs]


def cancel_everything(**more):
    return request(CANCEL_ALL, "all", user_name="Tim", **more)


def test_a_cancelled_job_keeps_its_record_and_is_not_delivered(jobs):
    ulid = jobs.new(request()).ulid
    job = jobs.cancel(SITE, ulid, "Tim", "clouds")
    assert (job.status, job.replica_status) == ("CANCELED", "CANCELED")
    assert (job.history[-1].by, job.history[-1].message) == ("Tim", "clouds")
    assert jobs.deliver(SITE) == jobs.deliver(SITE, alternate=True) == jobs.claim(SITE, "b") == []
    assert jobs.cancel(SITE, ulid, "Tom") == job


def test_who_works_on_a_cancelled_job_learns_of_it(jobs):
    jobs.new(request())
    [job] = jobs.claim(SITE, "bridge")
    jobs.update(SITE, job.ulid, "STARTED", owner="bridge")
    jobs.cancel(SITE, job.ulid, "Tim")
    with pytest.raises(NotYourJob, match="it is CANCELED"):
        jobs.renew(job, "bridge")
    with pytest.raises(IllegalTransition, match="is CANCELED"):
        jobs.update(SITE, job.ulid, "COMPLETE", owner="bridge")
    assert jobs.held_by(SITE, "bridge") == []


def test_cancelling_all_ends_every_older_job_whatever_it_is_doing(jobs):
    running, read, done, unread = (jobs.new(request()) for _ in range(4))
    jobs.update(SITE, running.ulid, "EXPOSING")
    jobs.update(SITE, read.ulid, "RECEIVED")
    done = jobs.update(SITE, done.ulid, "COMPLETE")
    elsewhere = jobs.new(request(site="other"))
    cancel = jobs.new(cancel_everything())
    newer = jobs.new(request())
    assert ulids(jobs.deliver(SITE)) == [cancel.ulid, newer.ulid]
    for job in (running, read, unread):
        now = jobs.get(SITE, job.ulid)
        assert (now.status, now.history[-1].by) == ("CANCELED", "Tim")
        assert cancel.ulid in now.history[-1].message
    assert jobs.get(SITE, done.ulid) == done
    assert jobs.get("other", elsewhere.ulid).status == "UNREAD"


def test_a_stop_does_not_wait_until_all_that_was_read_is_cancelled(jobs):
    read = jobs.new(request())
    jobs.deliver(SITE)
    unread = jobs.new(request())
    cancel = jobs.new_at_once(cancel_everything())
    assert jobs.get(SITE, unread.ulid).status == "CANCELED"
    assert ulids(jobs.claim(SITE, "bridge", limit=None)) == [cancel.ulid]
    assert jobs.get(SITE, read.ulid).status == "RECEIVED"
    assert ulids(jobs.deliver(SITE, alternate=True)) == [read.ulid]
    assert jobs.settle(cancel).replica_status == "UNREAD"
    assert jobs.get(SITE, read.ulid).status == "CANCELED"
    assert ulids(jobs.deliver(SITE, alternate=True)) == [cancel.ulid]
    jobs.update(SITE, cancel.ulid, "COMPLETE", owner="bridge")
    assert jobs.settle(read) == read


@pytest.mark.parametrize(
    "stage",
    ["!", "CANCELE", "CANCELEDX", "COMPLETEX", "COMPLETED!", "D", "EXPIRE", "EXPIREDX", "FAILEDX", "Ω", "~"],
)
def test_no_stage_s_name_hides_a_job_from_being_cancelled(jobs, clock, stage):
    job = jobs.new(request())
    jobs.update(SITE, job.ulid, stage)
    clock.unix += 86400
    [was] = jobs.cancel_all(SITE, Ulids(clock).new(), "Tim")
    assert (was.ulid, was.status, was.was_started) == (job.ulid, stage, True)


def test_cancelling_all_leaves_none_out_however_many_there_are(jobs):
    for _ in range(60):
        jobs.new(request(optional_params={"note": "n" * 30_000}))  # More than the megabyte of one page.
    cancel = jobs.new(cancel_everything())
    assert ulids(jobs.deliver(SITE)) == [cancel.ulid]


def test_cancelling_all_sees_jobs_that_the_index_does_not_show_yet(table, clock):
    jobs = JobStore(LateIndex(table), clock)
    first = jobs.new(request())
    clock.unix += 1
    assert ulids(jobs.cancel_all(SITE, Ulids(clock).new(), "Tim")) == [first.ulid]
    second = jobs.new(request())
    clock.unix += 1
    assert ulids(jobs.cancel_all(SITE, Ulids(clock).new(), "Tim")) == [second.ulid]


def test_a_command_named_by_a_clock_that_is_ahead_is_cancelled_too(jobs, clock):
    ahead = derived_ulid((clock.time() + 3600) * 1000, "m")
    job = jobs.new(request(source="queue", ulid=ahead))
    clock.unix += 1
    jobs.new(cancel_everything())
    assert jobs.get(SITE, job.ulid).status == "CANCELED"
    clock.unix += 1
    later = jobs.new(request(source="queue", ulid=derived_ulid((clock.time() + 3600) * 1000, "n")))
    assert jobs.cancel_all(SITE, first_ulid((clock.time() - 1) * 1000), "Tim") == []
    assert jobs.get(SITE, later.ulid).status == "UNREAD"


def test_a_cancel_that_is_told_twice_cancels_nothing_newer(jobs, clock):
    ulid = Ulids(clock).new()
    jobs.new(cancel_everything(ulid=ulid))
    clock.unix += 1
    newer = jobs.new(request())
    jobs.new(cancel_everything(ulid=ulid))
    assert jobs.get(SITE, newer.ulid).status == "UNREAD"


def test_jobs_that_nobody_takes_expire(jobs, clock):
    old, read = jobs.new(request()), jobs.new(request())
    jobs.update(SITE, read.ulid, "RECEIVED")
    held = jobs.new(request())
    jobs.claim(SITE, "dies", accept=lambda job: job.ulid == held.ulid)
    clock.unix += 3600
    young = jobs.new(request())
    assert jobs.expire(SITE, 4000) == []
    assert ulids(jobs.expire(SITE, 1800)) == [old.ulid, held.ulid]
    assert jobs.expire(SITE, 1800) == []
    assert jobs.get(SITE, old.ulid).status == "EXPIRED"
    assert jobs.get(SITE, read.ulid).status == "RECEIVED"
    assert ulids(jobs.deliver(SITE)) == [young.ulid]
    assert ulids(jobs.deliver(SITE, alternate=True)) == [young.ulid]


def test_what_somebody_works_on_does_not_expire(jobs, clock):
    jobs.new(request())
    jobs.new(request())
    claimed, started = jobs.claim(SITE, "b", lease_seconds=10_000, limit=2)
    jobs.update(SITE, started.ulid, "STARTED", owner="b")
    clock.unix += 9_000
    assert jobs.expire(SITE, 1800) == []
    clock.unix += 9_000
    assert ulids(jobs.expire(SITE, 1800)) == [claimed.ulid]


def test_what_its_holder_comes_back_to_just_then_does_not_expire(table, clock, jobs):
    jobs.new(request())
    [job] = jobs.claim(SITE, "b", lease_seconds=10)
    clock.unix += 9_000
    slow = JobStore(Meanwhile(table, lambda: jobs.renew(job, "b")), clock)
    assert slow.expire(SITE, 1800) == []
    assert jobs.held_by(SITE, "b")[0].status == "RECEIVED"


def test_recent_jobs_come_whole_or_page_by_page(jobs, clock):
    old = jobs.new(request())
    clock.unix += 100
    since = clock.unix * 1000
    new = [jobs.new(request()) for _ in range(5)]
    assert jobs.recent(SITE, since) == (new, None)
    assert jobs.recent(SITE, 0)[0] == [old, *new]
    assert jobs.recent(SITE, -5)[0] == [old, *new]
    found, after = [], None
    while True:
        page, after = jobs.recent(SITE, since, limit=2, after=after)
        assert len(page) <= 2
        found += page
        if after is None:
            break
    assert found == new


def test_changes_tell_each_state_of_each_job_in_order(jobs, table):
    begin = jobs.latest_position()
    job = jobs.new(request())
    jobs.deliver(SITE)
    table.delete((SITE, job.ulid))
    other = jobs.new(request())
    jobs.cancel(SITE, other.ulid, "Tim")
    told, position = [], begin
    while changes := jobs.changes(position, limit=1):
        told += [(each.ulid, each.status) for _, each in changes]
        position = changes[-1][0]
    assert told == [
        (job.ulid, "UNREAD"),
        (job.ulid, "RECEIVED"),
        (other.ulid, "UNREAD"),
        (other.ulid, "CANCELED"),
    ]
    assert jobs.changes(jobs.latest_position()) == []
