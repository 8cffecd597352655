"""The documented job object: its keys, their order and their types."""

import json
import math
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.jobs import BadJob, JobRequest, request_from_body
from tests.jobs.making import request

KEYS = [
    "site",
    "ulid",
    "statusId",
    "replicaStatusId",
    "user_name",
    "user_id",
    "user_roles",
    "timestamp_ms",
    "deviceType",
    "deviceInstance",
    "action",
    "optional_params",
    "required_params",
]
BODY = {
    "site": "tst",
    "device": "camera",
    "instance": "camera1",
    "action": "expose",
    "user_name": "Tim",
    "user_id": "google-oauth2|1",
    "optional_params": {"filter": "w", "count": 1},
    "required_params": {"time": 1.5, "smartstack": True},
}

numbers = st.integers(-(10**30), 10**30) | st.floats(
    allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15
)
values = st.recursive(
    st.none()
    | st.booleans()
    | numbers.filter(lambda n: n == 0 or abs(n) > 1e-100)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_the_object_has_the_documented_keys_in_their_order(jobs):
    wire = jobs.new(request_from_body(BODY, user_roles=("admin",))).to_wire()
    ulid = wire["ulid"]
    assert list(wire) == KEYS
    assert wire == {
        "site": "tst",
        "ulid": ulid,
        "statusId": f"UNREAD#{ulid}",
        "replicaStatusId": f"UNREAD#{ulid}",
        "user_name": "Tim",
        "user_id": "google-oauth2|1",
        "user_roles": '["admin"]',
        "timestamp_ms": 1_700_000_000_000,
        "deviceType": "camera",
        "deviceInstance": "camera1",
        "action": "expose",
        "optional_params": {"filter": "w", "count": 1},
        "required_params": {"time": 1.5, "smartstack": True},
    }


def test_seconds_until_complete_are_in_it_once_somebody_has_told_them(jobs):
    job = jobs.new(request())
    assert "secondsUntilComplete" not in jobs.deliver("tst")[0].to_wire()
    wire = jobs.update("tst", job.ulid, "STARTED", seconds_until_complete=60.5).to_wire()
    assert list(wire) == [*KEYS, "secondsUntilComplete"]
    assert wire["secondsUntilComplete"] == 60.5


def test_whole_numbers_are_written_without_a_point_and_others_with_one(jobs):
    made = jobs.new(request(required_params={"a": 1.0, "b": Decimal("2.50"), "c": [1e3, 0.1], "d": True}))
    text = json.dumps(jobs.get("tst", made.ulid).to_wire()["required_params"])
    assert text == '{"a": 1, "b": 2.5, "c": [1000, 0.1], "d": true}'


# One table for all examples does no harm: each job is another.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=9), values, max_size=4))
def test_parameters_come_back_as_json_says_them(jobs, params):
    made = jobs.new(request(required_params=params))
    assert jobs.get("tst", made.ulid) == made
    assert made.required_params == params
    assert json.loads(json.dumps(made.to_wire()))["required_params"] == params


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(1e-120, 1e120))
def test_every_float_comes_back_as_the_same_float(jobs, number):
    made = jobs.new(request(required_params={"n": number}))
    assert float(jobs.get("tst", made.ulid).required_params["n"]) == number


def test_the_detail_begins_with_the_object_and_tells_all_else(jobs):
    job = jobs.new(request())
    jobs.claim("tst", "bridge", lease_seconds=60)
    detail = jobs.update(
        "tst", job.ulid, "STARTED", owner="bridge", result={"images": ["a.fits"]}
    ).to_detail()
    assert list(detail)[: len(KEYS)] == KEYS
    assert detail["status"] == "STARTED"
    assert detail["hasEnded"] is False
    assert detail["lease"] == {"owner": "bridge", "untilUnix": 1_700_000_060.0}
    assert detail["result"] == {"images": ["a.fits"]}
    assert [each["status"] for each in detail["history"]] == ["UNREAD", "RECEIVED", "STARTED"]
    assert json.loads(json.dumps(detail)) == detail


def test_the_first_missing_key_is_told_as_documented_and_all_faults_are_known():
    with pytest.raises(BadJob) as caught:
        request_from_body({"site": "tst", "instance": 3, "user_id": "u", "optional_params": {}})
    assert caught.value.wire_text == "Error: missing required key device"
    assert caught.value.missing == ("device", "action", "user_name", "required_params")
    assert any("instance is a int" in fault for fault in caught.value.faults)


@pytest.mark.parametrize("key", list(BODY))
def test_each_key_is_required(key):
    with pytest.raises(BadJob) as caught:
        request_from_body({name: value for name, value in BODY.items() if name != key})
    assert caught.value.wire_text == f"Error: missing required key {key}"
    assert caught.value.faults == (f"missing required key {key}",)


def test_null_is_taken_for_nothing_and_other_keys_are_ignored():
    body = dict.fromkeys(BODY, None) | {"site": "tst", "user_roles": ["admin"], "mount": "m"}
    assert request_from_body(body) == JobRequest("tst", "", "", "")


def test_a_token_s_user_stands_instead_of_the_body_s():
    assert request_from_body(BODY, user_id="me").user_id == "me"


@pytest.mark.parametrize("body", [None, [], "x", 3])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(BadJob, match="not an object"):
        request_from_body(body)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"site": ""}, "site is empty"),
        ({"site": 5}, "site is a int"),
        ({"action": "x" * 1025}, "action has more than"),
        ({"user_name": "\ud800"}, "surrogate"),
        ({"required_params": [1]}, "required_params is a list"),
        ({"required_params": {"time": math.nan}}, "required_params.time is nan"),
        ({"required_params": {"a": [{"b": math.inf}]}}, r"required_params.a\[0\].b is inf"),
        ({"optional_params": {"n": 10**39 + 1}}, "more than 38 digits"),
        ({"optional_params": {"n": 1e300}}, "too large or too small"),
        ({"optional_params": {"n": 1e-200}}, "too large or too small"),
        ({"optional_params": {"\udcff": 1}}, "surrogate"),
        ({"optional_params": {"big": "x" * 40_000}}, "more than 32768"),
    ],
)
def test_what_cannot_be_a_job_is_refused_with_its_reason(jobs, change, text):
    with pytest.raises(BadJob, match=text):
        jobs.new(request_from_body(BODY | change))
    assert jobs.deliver("tst") == []


def test_all_faults_are_told_at_once():
    with pytest.raises(BadJob) as caught:
        request_from_body(BODY | {"site": "", "device": 1, "required_params": {"a": math.nan, "b": math.inf}})
    assert len(caught.value.faults) == 4


def test_what_is_nested_too_deep_is_refused(jobs):
    def nested(levels):
        value = 1
        for _ in range(levels):
            value = {"a": value}
        return value

    made = jobs.new(request(optional_params=nested(24)))
    assert jobs.get("tst", made.ulid) == made
    with pytest.raises(BadJob, match="nested too deep"):
        jobs.new(request(optional_params=nested(26)))


def test_what_others_wrote_into_the_table_is_read_as_well_as_can_be(jobs, table):
    table.put({"site": "tst", "ulid": "ghost", "statusId": "STARTED#ghost", "secondsUntilComplete": -1})
    ghost = jobs.get("tst", "ghost")
    assert (ghost.status, ghost.action, ghost.seconds_until_complete) == ("STARTED", "", -1)
    assert ghost.to_wire()["statusId"] == "STARTED#ghost"
    assert jobs.update("tst", "ghost", "COMPLETE").has_ended
