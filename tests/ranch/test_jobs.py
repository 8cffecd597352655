"""The routes of photonranch-jobs, byte for byte where its clients look."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocs_sim.jobs import request_from_body
from tests.ranch.ranch_bench import WISH

NEW = """{
    "site": "tst",
    "ulid": "ULID",
    "statusId": "UNREAD#ULID",
    "replicaStatusId": "UNREAD#ULID",
    "user_name": "Ada",
    "user_id": "ada",
    "user_roles": "[\\"owner\\"]",
    "timestamp_ms": 1700000000000,
    "deviceType": "mount",
    "deviceInstance": "mount1",
    "action": "go",
    "optional_params": {
        "object": "M42"
    },
    "required_params": {
        "ra": 5.5,
        "dec": -5,
        "frame": "ICRS"
    }"""
DONE = re.compile(
    rb"""\{
    "ResponseMetadata": \{
        "RequestId": "[0-9A-Z]+",
        "HTTPStatusCode": 200,
        "HTTPHeaders": \{
            [^}]*
        \},
        "RetryAttempts": 0
    \}
\}"""
)
WHICH = "Requires 'site' and 'jobId' in the body payload."
NO_TEXTS = "Error: newStatus and ulid must be texts"


def new_jobs(ranch, **more):
    answer = ranch.post("getnewjobs", {"site": "tst", **more})
    assert answer.status_code == 200
    return answer.json()


def update(ranch, **body):
    return ranch.post("updatejobstatus", {"site": "tst", **body})


def test_a_new_job_is_answered_as_it_is_stored(ranch):
    answer = ranch.ask(roles=["owner"])
    ulid = answer.json()["ulid"]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    begin, _, response = answer.text.partition(',\n    "table_response": ')
    assert begin == NEW.replace("ULID", ulid)
    assert json.loads(response[:-1])["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_new_job_is_delivered_once_and_shown_as_it_was(ranch):
    ulid = ranch.asked(roles=["owner"])["ulid"]
    answer = ranch.post("getnewjobs", {"site": "tst"})
    inner = (NEW.replace("ULID", ulid) + "\n}").replace("\n", "\n    ")
    assert answer.text == f"[\n    {inner}\n]"
    assert ranch.post("getnewjobs", {"site": "tst"}).text == "[]"
    (now,) = ranch.post("getrecentjobs", {"site": "tst"}).json()
    assert (now["statusId"], now["replicaStatusId"]) == (f"RECEIVED#{ulid}", f"UNREAD#{ulid}")


def test_the_alternate_queue_has_the_same_jobs(ranch):
    ulids = [ranch.asked()["ulid"] for _ in range(3)]
    assert [job["ulid"] for job in new_jobs(ranch)] == ulids
    assert [job["ulid"] for job in new_jobs(ranch, alternateQueue=True)] == ulids
    assert new_jobs(ranch, alternateQueue=1) == []
    assert new_jobs(ranch, site="two") == new_jobs(ranch, site="nobody knows it") == []


def test_two_pollers_share_the_jobs(ranch):
    ulids = [ranch.jobs.new(request_from_body(WISH)).ulid for _ in range(40)]
    with ThreadPoolExecutor(2) as pollers:
        shares = list(pollers.map(lambda _: new_jobs(ranch), range(2)))
    assert sorted(job["ulid"] for share in shares for job in share) == ulids


def test_a_job_is_told_of_until_it_ends(ranch):
    ulid = ranch.asked()["ulid"]
    new_jobs(ranch)
    answer = ranch.post("startjob", {"site": "tst", "ulid": ulid, "secondsUntilComplete": "60"})
    assert (answer.status_code, bool(DONE.fullmatch(answer.content))) == (200, True)
    assert status_of(ranch, ulid) == ("STARTED", 60)
    assert update(ranch, ulid=ulid, newStatus="EXPOSING", secondsUntilComplete=12.5).status_code == 200
    assert status_of(ranch, ulid) == ("EXPOSING", 12.5)
    assert DONE.fullmatch(update(ranch, ulid=ulid, newStatus="COMPLETE").content)
    assert status_of(ranch, ulid) == ("COMPLETE", -1)


def status_of(ranch, ulid):
    job = ranch.jobs.get("tst", ulid)
    return job.status, job.seconds_until_complete


def test_the_alternate_queue_has_a_status_of_its_own(ranch):
    ulid = ranch.asked()["ulid"]
    ranch.post("startjob", {"site": "tst", "ulid": ulid, "alternateQueue": True})
    update(ranch, ulid=ulid, newStatus="EXPOSING", alternateQueue=True)
    assert (ranch.jobs.get("tst", ulid).status, ranch.jobs.get("tst", ulid).replica_status) == (
        "UNREAD",
        "EXPOSING",
    )


def test_what_never_was_is_not_made_by_telling_of_it(ranch):
    ulid = "01HF7YAT00FNBSTN5AN7QXPNA6"
    answer = update(ranch, ulid=ulid, newStatus="UNREAD")
    assert (answer.status_code, answer.text) == (404, f"There is no job {ulid} at tst.")
    assert answer.headers["content-type"] == "application/json"
    assert ranch.post("startjob", {"site": "tst", "ulid": ulid}).status_code == 404
    assert new_jobs(ranch) == []


def test_a_job_that_has_ended_stays_so(ranch):
    ulid = ranch.asked()["ulid"]
    assert update(ranch, ulid=ulid, newStatus="FAILED").status_code == 200
    answer = update(ranch, ulid=ulid, newStatus="UNREAD")
    assert answer.status_code == 409
    assert answer.text.startswith(f"Job {ulid} of tst is FAILED, so it cannot become UNREAD")
    assert "\n" not in answer.text
    assert new_jobs(ranch) == []


def test_cancelling_all_keeps_the_record(ranch):
    ulids = [ranch.asked()["ulid"] for _ in range(3)]
    other = ranch.asked(site="two")["ulid"]
    last = ranch.asked(device="all", instance="all", action="cancel_all_commands", required_params={})
    recent = ranch.post("getrecentjobs", {"site": "tst"}).json()
    assert [job["statusId"] for job in recent] == [
        *(f"CANCELED#{ulid}" for ulid in ulids),
        f"UNREAD#{last['ulid']}",
    ]
    assert [job["ulid"] for job in new_jobs(ranch)] == [last["ulid"]]
    assert ranch.jobs.get("two", other).status == "UNREAD"


def test_recent_jobs_are_those_of_a_day_or_of_a_time(ranch):
    old = ranch.asked()["ulid"]
    ranch.clock.advance(90_000)
    new = ranch.asked()["ulid"]

    def recent(**body):
        return [job["ulid"] for job in ranch.post("getrecentjobs", {"site": "tst", **body}).json()]

    assert recent() == [new]
    assert (
        recent(timeRange=90_000_001) == recent(timeRange="90000001") == recent(timeRange=1e300) == [old, new]
    )
    assert recent(timeRange=0.5) == [new]
    assert recent(timeRange=-5_000) == recent(timeRange=-1e300) == []


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("getnewjobs", {}, "Error: missing required key site"),
        ("getnewjobs", {"site": ""}, "Error: site must be a text that is not empty"),
        ("getnewjobs", {"site": 3}, "Error: site must be a text that is not empty"),
        ("updatejobstatus", {"site": "tst"}, WHICH),
        ("updatejobstatus", {"ulid": "x", "newStatus": "y"}, WHICH),
        ("updatejobstatus", {"site": "tst", "ulid": "x"}, "Error: missing required key newStatus"),
        (
            "updatejobstatus",
            {"site": "tst", "ulid": 1, "newStatus": "A"},
            "Error: newStatus and ulid must be texts",
        ),
        ("startjob", {"ulid": "x"}, WHICH),
        (
            "startjob",
            {"site": "tst", "ulid": "x", "secondsUntilComplete": "soon"},
            "Error: secondsUntilComplete must be a number",
        ),
        ("getrecentjobs", {}, "Error: missing required key site"),
        ("getrecentjobs", {"site": "tst", "timeRange": "1 day"}, "Error: timeRange must be a number"),
        ("getrecentjobs", {"site": "tst", "timeRange": True}, "Error: timeRange must be a number"),
    ],
)
def test_faults_are_told_in_plain_words(shared, path, body, text):
    answer = shared.post(path, body)
    assert (answer.status_code, answer.text) == (400, text)
    assert answer.headers["content-type"] == "application/json"


def test_the_first_missing_key_is_told_as_documented(shared):
    wish = dict(WISH)
    for key in reversed(WISH):
        del wish[key]
        answer = shared.http.post("/jobs/newjob", json=wish, headers=shared.headers())
        assert (answer.status_code, answer.text) == (400, f"Error: missing required key {key}")


def test_all_that_is_wrong_is_told_at_once(shared):
    answer = shared.ask(site="", device=3, required_params=[], optional_params="x")
    assert answer.status_code == 400
    for word in ("site", "device", "required_params", "optional_params"):
        assert word in answer.text
    answer = shared.ask(site="nowhere")
    assert (answer.status_code, answer.text) == (400, "Error: there is no site 'nowhere' here, only tst, two")


def test_null_parameters_reach_the_site_as_objects(ranch):
    assert ranch.asked(required_params=None, optional_params=None)["required_params"] == {}
    (job,) = new_jobs(ranch)
    assert (job["required_params"], job["optional_params"]) == ({}, {})


def test_numbers_come_back_as_they_went(ranch):
    params = {
        "a": 1,
        "b": 1.0,
        "c": 0.1,
        "d": -2.5e-7,
        "e": True,
        "f": None,
        "g": [1.25, {"h": 10**20}],
        "i": "1",
    }
    ranch.asked(required_params=params)
    text = ranch.post("getnewjobs", {"site": "tst"}).text
    assert '"b": 1,' in text
    assert json.loads(text)[0]["required_params"] == params


def test_extra_keys_and_roles_of_a_body_are_ignored(ranch):
    job = ranch.asked(user_roles=["admin"], timestamp=1, mount="m", ulid="mine", statusId="COMPLETE#1")
    assert job["user_roles"] == "[]"
    assert not {"timestamp", "mount"} & set(job)
    assert job["statusId"] == f"UNREAD#{job['ulid']}" != "UNREAD#mine"
