"""Readers who take jobs for good, as Photon Ranch's site software does."""

import pytest

from ocs_sim.jobs import BadJob, IllegalTransition, JobStore, NoSuchJob, Ulids, derived_ulid
from ocs_sim.stores import StoreUnreachable
from tests.jobs.making import SITE, GoesAway, LateIndex, Meanwhile, TellsTwice, request


def test_jobs_come_in_the_order_in_which_they_were_sent_and_only_once(jobs):
    sent = [jobs.new(request()) for _ in range(40)]
    read = jobs.deliver(SITE)
    assert read == sent
    assert all(job.status == "UNREAD" for job in read)
    assert jobs.deliver(SITE) == []
    assert {jobs.get(SITE, job.ulid).status for job in sent} == {"RECEIVED"}


def test_the_alternate_queue_has_the_same_jobs(jobs):
    sent = jobs.new(request())
    assert jobs.deliver(SITE) == [sent]
    [other] = jobs.deliver(SITE, alternate=True)
    assert (other.ulid, other.replica_status) == (sent.ulid, "UNREAD")
    assert jobs.deliver(SITE, alternate=True) == []
    job = jobs.get(SITE, sent.ulid)
    assert (job.status, job.replica_status) == ("RECEIVED", "RECEIVED")


def test_sites_do_not_see_each_other_s(jobs):
    sent = jobs.new(request(site="one"))
    assert jobs.deliver("other") == []
    assert jobs.deliver("one") == [sent]


def test_with_a_limit_the_rest_waits(jobs):
    sent = [jobs.new(request()) for _ in range(5)]
    assert [*jobs.deliver(SITE, limit=2), *jobs.deliver(SITE, limit=2), *jobs.deliver(SITE)] == sent


def test_a_job_asked_for_twice_by_its_name_is_one(jobs, clock):
    ulid = derived_ulid(clock.time() * 1000, "message 1")
    first = jobs.new(request(ulid=ulid))
    assert jobs.deliver(SITE) == [first]
    assert jobs.new(request(ulid=ulid, action="other")).status == "RECEIVED"
    assert jobs.deliver(SITE) == []


def test_a_name_that_is_none_is_refused(jobs):
    with pytest.raises(BadJob, match="no ULID"):
        jobs.new(request(ulid="mine"))


def test_what_others_took_in_between_is_not_delivered_again(table, clock, jobs):
    jobs.new(request())
    other: list[object] = []
    slow = JobStore(Meanwhile(table, lambda: other.extend(jobs.deliver(SITE))), clock)
    assert slow.deliver(SITE) == []
    assert len(other) == 1


@pytest.mark.parametrize("alternate", [False, True])
def test_an_index_that_lags_behind_delivers_nothing_twice(table, clock, alternate):
    lagging = JobStore(LateIndex(table), clock)
    sent = lagging.new(request())
    assert [job.ulid for job in lagging.deliver(SITE, alternate=alternate)] == [sent.ulid]
    assert lagging.deliver(SITE, alternate=alternate) == []


def test_a_job_that_is_full_up_does_not_keep_the_next_from_being_delivered(jobs, table, clock):
    full = Ulids(clock).new()
    table.put({"site": SITE, "ulid": full, "statusId": f"UNREAD#{full}", "junk": "x" * 409_400})
    clock.unix += 1
    sent = jobs.new(request())
    assert jobs.deliver(SITE) == [sent]


def test_what_was_cancelled_in_between_is_not_delivered(table, clock, jobs):
    job = jobs.new(request())
    slow = JobStore(Meanwhile(table, lambda: jobs.cancel(SITE, job.ulid, "Tim")), clock)
    assert slow.deliver(SITE) == []
    assert jobs.get(SITE, job.ulid).status == "CANCELED"


def test_the_other_queue_s_reader_in_between_does_not_matter(table, clock, jobs):
    job = jobs.new(request())
    slow = JobStore(Meanwhile(table, lambda: jobs.deliver(SITE, alternate=True)), clock)
    assert [each.ulid for each in slow.deliver(SITE)] == [job.ulid]


def test_what_was_deleted_in_between_is_no_ghost_afterwards(table, clock, jobs):
    job = jobs.new(request())
    slow = JobStore(Meanwhile(table, lambda: table.delete((SITE, job.ulid))), clock)
    assert slow.deliver(SITE) == []
    assert list(table.scan()) == []


def test_nobody_makes_a_job_by_updating_one_that_is_not_there(jobs, table, clock):
    ulid = Ulids(clock).new()
    for unknown in (ulid, "mine", "", "x" * 5000):
        with pytest.raises(NoSuchJob):
            jobs.update(SITE, unknown, "STARTED")
        with pytest.raises(NoSuchJob):
            jobs.cancel(SITE, unknown, "Tim")
        assert jobs.find(SITE, unknown) is None
    assert list(table.scan()) == []


def test_an_answer_that_was_lost_loses_no_job(table, clock):
    jobs = JobStore(TellsTwice(table), clock)
    sent = [jobs.new(request()) for _ in range(3)]
    assert [job.ulid for job in jobs.deliver(SITE)] == [job.ulid for job in sent]
    assert [entry.status for entry in jobs.get(SITE, sent[0].ulid).history] == ["UNREAD", "RECEIVED"]


def test_when_the_table_goes_away_what_was_taken_is_delivered_and_the_rest_later(table, clock, jobs):
    sent = [jobs.new(request()) for _ in range(5)]
    away = JobStore(GoesAway(table, updates=2), clock)
    assert away.deliver(SITE) == sent[:2]
    with pytest.raises(StoreUnreachable):
        away.deliver(SITE)
    assert jobs.deliver(SITE) == sent[2:]


def test_plain_clients_write_stages_and_either_word_for_the_end(jobs):
    ulid = jobs.new(request()).ulid
    jobs.deliver(SITE)
    for status in ("STARTED", "EXPOSING", "READING", "EXPOSING", "COMPLETED"):
        assert jobs.update(SITE, ulid, status).status == status
    assert jobs.get(SITE, ulid).has_ended


@pytest.mark.parametrize("status", ["UNREAD", "RECEIVED", "STARTED"])
def test_a_status_does_not_go_back(jobs, status):
    ulid = jobs.new(request()).ulid
    jobs.update(SITE, ulid, "EXPOSING")
    with pytest.raises(IllegalTransition, match="EXPOSING"):
        jobs.update(SITE, ulid, status)


def test_an_end_may_be_told_twice_but_not_changed(jobs, table):
    ulid = jobs.new(request()).ulid
    done = jobs.update(SITE, ulid, "COMPLETE", result={"images": ["a"]})
    assert jobs.update(SITE, ulid, "COMPLETE", result={"images": ["b"]}) == done
    for other in ("FAILED", "EXPOSING", "COMPLETED", "CANCELED"):
        with pytest.raises(IllegalTransition):
            jobs.update(SITE, ulid, other)
    with pytest.raises(IllegalTransition):
        jobs.cancel(SITE, ulid, "Tim")
    assert jobs.get(SITE, ulid) == done


def test_the_alternate_queue_has_a_status_of_its_own(jobs):
    ulid = jobs.new(request()).ulid
    jobs.deliver(SITE, alternate=True)
    jobs.update(SITE, ulid, "COMPLETE", alternate=True)
    job = jobs.get(SITE, ulid)
    assert (job.status, job.replica_status) == ("UNREAD", "COMPLETE")
    with pytest.raises(IllegalTransition):
        jobs.update(SITE, ulid, "STARTED", alternate=True)
    assert [each.ulid for each in jobs.deliver(SITE)] == [ulid]


@pytest.mark.parametrize("seconds", [60, 60.5, -1, "60", ""])
def test_seconds_until_complete_are_kept_as_they_were_told(jobs, seconds):
    ulid = jobs.new(request()).ulid
    assert (
        jobs.update(SITE, ulid, "STARTED", seconds_until_complete=seconds).seconds_until_complete == seconds
    )
    assert jobs.update(SITE, ulid, "EXPOSING").seconds_until_complete == seconds


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_seconds_that_are_no_number_are_refused(jobs, seconds):
    ulid = jobs.new(request()).ulid
    with pytest.raises(BadJob, match="secondsUntilComplete"):
        jobs.update(SITE, ulid, "STARTED", seconds_until_complete=seconds)
    assert jobs.get(SITE, ulid).status == "UNREAD"


def test_history_tells_who_did_what_when_and_why(jobs, clock):
    ulid = jobs.new(request(user_name="Tim")).ulid
    clock.unix += 5
    jobs.deliver(SITE)
    clock.unix += 5
    jobs.update(SITE, ulid, "FAILED", by="site", message="the roof is closed")
    told = [(each.unix, each.status, each.by, each.message) for each in jobs.get(SITE, ulid).history]
    assert told == [
        (1_700_000_000, "UNREAD", "Tim", ""),
        (1_700_000_005, "RECEIVED", "reader", ""),
        (1_700_000_010, "FAILED", "site", "the roof is closed"),
    ]


def test_history_tells_who_is_known_to_have_sent_it(jobs):
    [entry] = jobs.new(request(user_name="Tim", user_id="tim", sender="tim")).history
    assert (entry.by, entry.message) == ("tim", "")
    [entry] = jobs.new(request(user_name="Tim", user_id="tim", sender="root")).history
    assert (entry.by, entry.message) == ("root", "in the name of tim")
    cancel = jobs.new(request("cancel_all_commands", "all", user_name="Tim", user_id="tim", sender="root"))
    assert jobs.recent(SITE, 0)[0][0].history[-1].by == "root"
    assert jobs.deliver(SITE, by="site:tst")[-1].ulid == cancel.ulid
    assert jobs.get(SITE, cancel.ulid).history[-1].by == "site:tst"


@pytest.mark.parametrize("odd", ["abc", ["a"], 5, True, None])
def test_what_others_wrote_keeps_no_job_from_its_readers(jobs, table, odd):
    good = jobs.new(request())
    ulid = f"0{good.ulid[1:-1]}0"
    strange = {"site": SITE, "ulid": ulid, "statusId": f"UNREAD#{ulid}", "required_params": odd}
    table.put({**strange, "optional_params": odd, "user_name": odd, "user_roles": odd, "timestamp_ms": 5})
    assert {job.ulid for job in jobs.deliver(SITE)} == {good.ulid, ulid}
    assert jobs.get(SITE, ulid).to_wire()["required_params"] == {}


def test_progress_makes_no_history(jobs, clock):
    ulid = jobs.new(request()).ulid
    for left in range(100, 0, -1):
        clock.unix += 1
        jobs.update(SITE, ulid, "EXPOSING", seconds_until_complete=left, by="bridge")
    job = jobs.get(SITE, ulid)
    assert [(each.status, each.unix, each.seconds_until_complete) for each in job.history] == [
        ("UNREAD", 1_700_000_000, None),
        ("EXPOSING", 1_700_000_001, 1),
    ]


def test_a_long_history_keeps_its_beginning_and_its_end_and_says_what_is_missing(jobs, table):
    ulid = jobs.new(request()).ulid
    for n in range(120):
        jobs.update(SITE, ulid, f"STAGE {n}", message="m" * 5000)
    history = jobs.get(SITE, ulid).history
    assert len(history) == 64
    assert [each.status for each in history[:3]] == ["UNREAD", "STAGE 0", "STAGE 1"]
    assert history[-1].status == "STAGE 119"
    assert sum(each.omitted for each in history) == 121 - 64
    assert all(len(each.message) <= 300 for each in history)


def test_a_refused_message_is_a_job_that_has_failed(jobs):
    made = jobs.refuse(request(action=""), "nobody understands it")
    assert made.status == "FAILED"
    assert made.history[0].message == "nobody understands it"
    assert jobs.deliver(SITE) == jobs.deliver(SITE, alternate=True) == jobs.claim(SITE, "b") == []
