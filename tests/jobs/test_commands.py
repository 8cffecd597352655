"""Messages of both generations of observatory_simulator, and job objects, in a site's queue."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.jobs import BadMessage, JobRequest, derived_ulid, is_ulid
from ocs_sim.jobs.commands import command_message, parse_message, refused_request
from tests.jobs.making import SITE, request

ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
LIGHT = {"image_type": "light", "smartstack": False, "substack": False}


def parse(message, message_id="m1", sent_unix=1_700_000_000.5):
    body = message if isinstance(message, str) else json.dumps(message)
    return parse_message(body, SITE, message_id, sent_unix)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            {"command": "goto", "ra": "12.5", "dec": "-3", "device": "mount_1", "timestamp": 1},
            ("mount", "mount_1", "go", {"ra": 12.5, "dec": -3}, {"object": ""}),
        ),
        (
            {"command": "goto", "ra": 12.5, "dec": -3.25, "rdsys": "J2000", "device": "mnt1", "timestamp": 1},
            ("mount", "mnt1", "go", {"ra": 12.5, "dec": -3.25, "frame": "J2000"}, {"object": ""}),
        ),
        (
            {"command": "goto", "ra": 1, "dec": 2, "test id": 7, "device": "mount_1"},
            ("mount", "mount_1", "go", {"ra": 1, "dec": 2}, {"object": "test 7"}),
        ),
        (
            {"command": "goto_azalt", "az": 180.0, "alt": 45, "device": "mnt1"},
            ("mount", "mnt1", "go", {"az": 180, "alt": 45}, {"object": ""}),
        ),
        ({"command": "park", "device": "mount_1"}, ("mount", "mount_1", "park", {}, {})),
        ({"command": "unpark"}, ("mount", "mount_1", "unpark", {}, {})),
        ({"command": "all_stop", "device": "mount_1"}, ("all", "all", "allstop", {}, {})),
        ({"command": "allstop"}, ("all", "all", "allstop", {}, {})),
        (
            {"command": "expose", "duration": 1.5, "device": "camera_1"},
            ("camera", "camera_1", "expose", {"time": 1.5, **LIGHT}, {}),
        ),
        (
            {"command": "expose", "duration": 10.0, "filter": 2, "repeat": 3, "device": "mdl1"},
            ("camera", "mdl1", "expose", {"time": 10, **LIGHT}, {"count": 3, "filter": 2}),
        ),
        (
            {"command": "expose", "duration": "10", "filter": "Ha", "repeat": "3"},
            ("camera", "camera_1", "expose", {"time": 10, **LIGHT}, {"count": 3, "filter": "Ha"}),
        ),
        ({"command": "tracking", "tracking": "On"}, ("mount", "mount_1", "set_tracking_on", {}, {})),
        ({"command": "tracking", "tracking": "off"}, ("mount", "mount_1", "set_tracking_off", {}, {})),
    ],
)
def test_a_command_of_either_generation_is_a_job_in_photon_ranch_s_words(message, expected):
    wish = parse(message)
    told = (wish.device, wish.instance, wish.action, wish.required_params, wish.optional_params)
    assert told == expected
    assert (wish.site, wish.source, wish.user_roles) == (SITE, "queue", ("admin",))


def test_a_job_object_may_come_as_a_message_in_the_words_of_a_request_or_of_an_answer(jobs):
    asked = {"site": SITE, "device": "focuser", "instance": "f1", "action": "move_relative"}
    wish = parse(asked | {"required_params": {"position": "5"}, "user_id": "u", "user_roles": ["owner"]})
    assert (wish.device, wish.action, wish.required_params) == ("focuser", "move_relative", {"position": "5"})
    assert (wish.user_id, wish.user_roles) == ("u", ("owner",))
    made = jobs.new(request(user_roles=("admin",), required_params={"time": 1.5}))
    again = parse(json.dumps(made.to_wire()))
    assert (again.ulid, again.device, again.user_roles) == (made.ulid, made.device_type, ("admin",))
    assert jobs.new(again) == made


def test_a_job_object_without_roles_has_none():
    assert parse({"device": "mount", "action": "park"}).user_roles == ()


def test_the_message_names_the_job_or_else_the_queue_does():
    assert parse({"command": "park", "id": ULID}).ulid == ULID
    assert parse({"command": "park", "id": "mine"}).ulid == derived_ulid(1_700_000_000_500, "m1")
    assert parse({"command": "park"}).ulid == parse({"command": "park"}).ulid
    assert parse({"command": "park"}, "m2").ulid != parse({"command": "park"}, "m1").ulid


def test_the_same_message_twice_is_one_job(jobs):
    for _ in range(2):
        jobs.new(parse({"command": "goto", "ra": 1, "dec": 2}))
    assert len(jobs.deliver(SITE)) == 1


@pytest.mark.parametrize("command", ["all_stop", "allstop"])
def test_allstop_is_claimed_before_what_was_sent_before_it(jobs, command):
    # What it ends is ended by its claimer, who knows what runs: a dome that closes stops, too.
    jobs.new(parse({"command": "park"}, "m1", 1_700_000_000.0))
    stop = jobs.new(parse({"command": command}, "m2", 1_700_000_001.0))
    assert [job.ulid for job in jobs.claim(SITE, "jobs", limit=9, urgent=True)] == [stop.ulid]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("", "Expecting value"),
        ("goto", "Expecting value"),
        ("[1]", "list, not an object"),
        ("null", "NoneType"),
        ('{"command": "goto", "ra": NaN, "dec": 1}', "NaN is no number"),
        ("{" * 100_000, "Expecting property"),
        ("[" * 100_000, "nested too deep"),
        ({}, "neither a command nor an action"),
        ({"command": "gotoo"}, "no command 'gotoo'; there are all_stop, allstop, expose"),
        ({"command": 5}, "command is 5"),
        ({"command": "goto", "ra": 1}, "dec is missing"),
        ({"command": "goto", "ra": "x", "dec": 1}, "ra is 'x', not a number"),
        ({"command": "goto", "ra": True, "dec": 1}, "ra is True"),
        ({"command": "goto", "ra": None, "dec": 1}, "ra is None"),
        ({"command": "goto", "ra": "nan", "dec": 1}, "ra is nan, not within 0 to 24"),
        ({"command": "goto", "ra": 25, "dec": 1}, "ra is 25, not within 0 to 24"),
        ({"command": "goto", "ra": 1, "dec": 91}, "dec is 91"),
        ({"command": "goto", "ra": 10**400, "dec": 91}, "not a number"),
        ({"command": "goto", "ra": 1, "dec": 1, "rdsys": 4}, "rdsys is 4"),
        ({"command": "goto_azalt", "az": 361, "alt": 5}, "az is 361"),
        ({"command": "expose"}, "duration is missing"),
        ({"command": "expose", "duration": -1}, "duration is -1"),
        ({"command": "expose", "duration": 1, "repeat": 0}, "repeat is 0"),
        ({"command": "expose", "duration": 1, "repeat": 1.5}, "repeat is 1.5, not a whole number"),
        ({"command": "expose", "duration": 1, "filter": []}, r"filter is \[\]"),
        ({"command": "tracking", "tracking": "maybe"}, "not on or off"),
        ({"command": "park", "device": 4}, "device is 4"),
        ({"command": "park", "user_roles": 4}, "user_roles"),
        ({"command": "park", "user_roles": "admin"}, "Expecting value"),
        ({"command": "park", "device": "\ud800"}, "surrogate"),
        ({"action": "park"}, "no device, or no action"),
        ({"action": "park", "device": "mount", "site": "elsewhere"}, "for 'elsewhere'"),
        ({"action": "park", "device": "mount", "required_params": "x"}, "required_params is 'x'"),
    ],
)
def test_a_malformed_message_is_refused_with_its_reason(message, fault):
    with pytest.raises(BadMessage, match=fault):
        parse(message)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_no_text_does_more_than_being_refused(text):
    _parse_or_refuse(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
COMMANDS = ["goto", "goto_azalt", "park", "expose", "tracking", "allstop"]
KEYS = [
    *("ra", "dec", "rdsys", "az", "alt", "duration", "filter", "repeat", "tracking", "test id"),
    *("id", "ulid", "site", "device", "instance", "action", "required_params", "optional_params"),
    *("user_id", "user_name", "user_roles"),
]


@given(
    st.dictionaries(st.sampled_from(KEYS), json_values | st.floats(0, 24), max_size=8),
    st.none() | st.sampled_from(COMMANDS),
)
def test_no_fields_do_more_than_being_refused(fields, command):
    _parse_or_refuse(json.dumps(fields | ({"command": command} if command else {})))


def _parse_or_refuse(body):
    told = ""
    try:
        wish = parse(body)
    except BadMessage as fault:
        told = str(fault)
        wish = refused_request(body, SITE, "m1", 1.0)
    assert len(told.encode()) < 2000
    assert isinstance(wish, JobRequest)
    assert is_ulid(wish.ulid)
    text = json.dumps([wish.required_params, wish.optional_params], allow_nan=False)
    assert len(text) < 10 * len(body) + 1000


@given(st.text())
def test_every_refused_message_can_be_kept(text):
    from ocs_sim.jobs._request import checked

    checked(refused_request(text, SITE, "m", 1.0))


def test_who_sent_what_is_refused_finds_it_under_the_name_that_it_gave(jobs):
    body = json.dumps({"command": "goto", "ra": "x", "id": ULID})
    made = jobs.refuse(refused_request(body, SITE, "m", 1.0), "ra is no number")
    assert jobs.get(SITE, ULID) == made
    assert made.optional_params == {"message": body}


def test_a_fault_that_quotes_a_stranger_s_text_can_be_told_and_kept(jobs):
    with pytest.raises(BadMessage) as caught:
        parse({"device": "mount", "action": "park", "required_params": {"\ud800": {"a": math.inf, "b": [1]}}})
    str(caught.value).encode()
    made = jobs.refuse(refused_request("x", SITE, "m", 1.0), "because of \ud800")
    assert jobs.get(SITE, made.ulid).history[0].message == "because of \\ud800"


def test_a_refused_message_is_kept_in_a_job(jobs):
    body = "no JSON \ud800 at all" + "!" * 10_000
    made = jobs.refuse(refused_request(body, SITE, "m", 1_700_000_000.0), "it is no JSON")
    assert made.optional_params["message"].startswith("no JSON \\ud800 at all!")
    assert jobs.refuse(refused_request(body, SITE, "m", 1_700_000_000.0), "again") == made


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("goto", {"ra": 5.59, "dec": -5.39, "rdsys": "icrs"}),
        ("goto_azalt", {"az": 180.0, "alt": 60.0}),
        ("park", {}),
        ("unpark", {}),
        ("allstop", {}),
        ("expose", {"duration": 10.0, "filter": 1, "repeat": 3}),
        ("tracking", {"tracking": "on"}),
    ],
)
def test_what_a_shell_sends_is_what_a_site_reads(command, fields):
    body = command_message(command, fields | {"user_name": "Tim"}, ULID, 1_700_000_000.9)
    message = json.loads(body)
    assert message["timestamp"] == 1_700_000_000
    assert message["device"] == ("camera_1" if command == "expose" else "mount_1")
    wish = parse(body)
    assert (wish.ulid, wish.user_name) == (ULID, "Tim")


def test_allstop_is_written_as_the_original_client_writes_it():
    assert json.loads(command_message("allstop", {}, ULID, 1))["command"] == "all_stop"


def test_no_nan_is_sent():
    with pytest.raises(ValueError, match="JSON"):
        command_message("goto", {"ra": math.nan, "dec": 1}, ULID, 1)
