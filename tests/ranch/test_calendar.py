"""The calendar over HTTP, as Photon Ranch's site and pages ask it."""

import json

import pytest

from ocs_sim.reservations import event_table, format_time

WISH = {
    "event_id": "one",
    "start": "2026-03-01T05:00:00Z",
    "end": "2026-03-01T06:00:00Z",
    "site": "tst",
}
FORBIDDEN = "You may only modify your own events."


@pytest.fixture
def at(ranch):
    """Return the text of a time, in seconds from now."""
    return lambda seconds: format_time(ranch.clock.time() + seconds)


def asker(ranch):
    def ask(path, body, user=None, roles=()):
        headers = ranch.headers(user, roles) if user else {}
        return ranch.http.post(f"/calendar/{path}", content=json.dumps(body), headers=headers)

    return ask


@pytest.fixture
def ask(ranch):
    return asker(ranch)


@pytest.fixture
def refused(ranch):
    """Ask what cannot be, of which nothing may stay; return status and text."""

    def ask(*arguments):
        answer = asker(ranch)(*arguments)
        return answer.status_code, answer.text

    yield ask
    assert list(ranch.stores.table(event_table()).scan()) == []


@pytest.fixture
def reserve(ask, at):
    def reserve(name="one", start=0, end=3600, user="ada", roles=(), **more):
        body = {"event_id": name, "start": at(start), "end": at(end), "site": "tst", **more}
        answer = ask("newevent", body, user, roles)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return reserve


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [event["event_id"] for event in answer.json()]


def test_a_reservation_is_answered_as_it_is_kept(reserve, at):
    made = reserve(title="M 42", reservation_note="", project_priority=1.5, resourceId="tst", rank=2.0)
    assert made["table_response"]["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert made["conflicting_events"] == []
    assert made["new_calendar_event"] == {
        "event_id": "one",
        "start": at(0),
        "end": at(3600),
        "site": "tst",
        "creator_id": "ada",
        "creator": "ada",
        "title": "M 42",
        "reservation_type": "realtime",
        "origin": "",
        "resourceId": "tst",
        "project_id": "none",
        "reservation_note": "",
        "last_modified": at(0),
        "project_priority": 1.5,
        "rank": 2,
    }


def test_what_is_missing_is_told_in_the_documented_words(refused):
    for missing in ("event_id", "start", "site", "end"):
        body = {name: value for name, value in WISH.items() if name != missing}
        assert refused("newevent", body, "ada") == (400, f"Error: missing required key {missing}")
    assert refused("newevent", {}, "ada") == (400, "Error: missing required key event_id")


def test_what_no_event_is_is_told(refused):
    changes = [
        ({"start": "tonight"}, "the start is 'tonight'"),
        ({"start": "x" * 100_000}, "xxx, which is no UTC time"),
        ({"end": "2000-01-01T00:00:00Z"}, "before it starts"),
        ({"event_id": 7}, "event_id"),
        ({"event_id": "x" * 2000}, "event_id"),
        ({"site": "nowhere"}, "no site 'nowhere'"),
        ({"site": ["tst"]}, "no site"),
        ({"title": {}}, "title"),
    ]
    for change, fault in changes:
        status, told = refused("newevent", {**WISH, **change}, "ada")
        assert status == 400, change
        assert told.startswith("Error: ")
        assert fault in told
        assert len(told) < 200


def test_who_changes_something_needs_a_token(refused):
    for path in ("newevent", "modifyevent", "delete"):
        assert refused(path, WISH) == (401, '{"message": "Unauthorized"}')


def test_nobody_reserves_in_anothers_name_but_an_admin(ask, reserve, at):
    body = {"event_id": "one", "start": at(0), "end": at(60), "site": "tst", "creator_id": "grace"}
    for roles in ((), ("not-administrator",)):
        assert ask("newevent", body, "ada", roles).status_code == 403
    made = reserve(user="ada", roles=("admin",), creator_id="grace", creator="Grace")
    assert made["new_calendar_event"]["creator_id"] == "grace"
    assert made["new_calendar_event"]["creator"] == "Grace"


def test_an_overlap_is_told_to_who_makes_it(reserve):
    reserve("one", 0, 3600)
    made = reserve("two", 1800, 5400, user="grace")
    assert [event["event_id"] for event in made["conflicting_events"]] == ["one"]


def test_ones_own_event_is_modified_and_nobody_elses(ask, reserve, at):
    first = reserve()["new_calendar_event"]
    change = {"originalEvent": first, "modifiedEvent": {**first, "start": at(600), "creator_id": "grace"}}
    for roles in ((), ("not-administrator",)):
        answer = ask("modifyevent", change, "grace", roles)
        assert (answer.status_code, answer.text) == (403, FORBIDDEN)
    answer = ask("modifyevent", change, "ada")
    assert answer.json()["ResponseMetadata"]["HTTPStatusCode"] == 200
    (found,) = ask("siteevents", {"site": "tst", "start": at(0), "end": at(7200)}).json()
    assert (found["event_id"], found["start"], found["creator_id"]) == ("one", at(600), "ada")


def test_only_what_changes_needs_to_be_sent(ask, reserve, at):
    reserve(title="M 42")
    change = {"originalEvent": {"event_id": "one", "start": at(0)}, "modifiedEvent": {"end": at(7200)}}
    assert ask("modifyevent", change, "grace", ("admin",)).status_code == 200
    assert ids(ask("get-event-at-time", {"site": "tst", "time": at(7000)})) == ["one"]


def test_ones_own_event_is_deleted_and_nobody_elses(ask, reserve, at):
    reserve()
    which = {"event_id": "one", "start": at(0).replace("Z", ".000Z")}
    answer = ask("delete", which, "grace")
    assert (answer.status_code, answer.text) == (403, FORBIDDEN)
    assert ask("delete", which, "ada").json()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert ask("delete", which, "ada").status_code == 404
    assert ids(ask("get-event-at-time", {"site": "tst", "time": at(0)})) == []


def test_a_change_that_makes_no_sense_is_told(refused):
    bodies = [
        {},
        {"originalEvent": {}},
        {"originalEvent": [], "modifiedEvent": {}},
        {"originalEvent": {"event_id": "one"}, "modifiedEvent": {}},
        {"originalEvent": {"event_id": "", "start": WISH["start"]}, "modifiedEvent": {}},
        {"originalEvent": {"event_id": "one", "start": 7}, "modifiedEvent": {}},
    ]
    for body in bodies:
        status, told = refused("modifyevent", body, "ada")
        assert status == 400, body
        assert told.startswith("Error: ")


def test_anybody_sees_who_has_a_site(ask, reserve, at):
    reserve("one", 0, 3600)
    reserve("two", 3600, 7200, user="grace")
    assert ids(ask("siteevents", {"site": "tst", "start": at(0), "end": at(3600)})) == ["one"]
    both = ask("siteevents", {"site": "tst", "start": at(0), "end": at(7200), "full_project_details": True})
    assert ids(both) == ["one", "two"]
    assert ids(ask("get-event-at-time", {"site": "tst", "time": at(3600)})) == ["one", "two"]
    assert ids(ask("user-events-ending-after-time", {"user_id": "grace", "time": at(0)})) == ["two"]
    assert ids(ask("user-events-ending-after-time", {"user_id": "grace", "time": at(7201)})) == []


def test_questions_are_answered_with_yes_or_no(ask, reserve, at):
    reserve()

    def answers(user):
        body = {"user_id": user, "site": "tst", "time": at(1800)}
        return [ask(path, body).json() for path in ("is-user-scheduled", "does-conflicting-event-exist")]

    assert answers("ada") == [True, False]
    assert answers("grace") == [False, True]


def test_a_question_that_leaves_something_out_is_told_so(refused):
    first_keys = {
        "siteevents": "site",
        "user-events-ending-after-time": "user_id",
        "get-event-at-time": "time",
        "is-user-scheduled": "user_id",
        "does-conflicting-event-exist": "user_id",
        "delete": "event_id",
    }
    for path, key in first_keys.items():
        assert refused(path, {}, "ada") == (400, f"Error: missing required key {key}")


def test_slashes_do_not_matter(ranch, at):
    body = {"site": "tst", "time": at(0)}
    for path in ("/calendar//get-event-at-time/", "//calendar/get-event-at-time"):
        assert ranch.http.post(ranch.url + path, json=body).json() == []
