"""Who has a site when, who may change that, and who may command it."""

import threading

import pytest

from ocs_sim.reservations import (
    Calendar,
    CalendarUnreadable,
    EventChanged,
    NoSuchEvent,
    NotYourEvent,
    NotYourReservation,
    event_table,
    format_time,
)
from ocs_sim.stores import ConditionFailed, StoreAddresses, StoreUnreachable, open_stores
from ocs_sim.testing import ManualClock
from tests.reservations.events import NIGHT, event

ADMIN = ("owner", "admin")


@pytest.fixture
def clock():
    return ManualClock(NIGHT)


@pytest.fixture
def table(tmp_path, clock):
    with open_stores(StoreAddresses(tmp_path), clock) as stores:
        yield stores.table(event_table())


@pytest.fixture
def calendar(table, clock):
    return Calendar(table, clock)


def ids(events):
    return [each.event_id for each in events]


def test_an_event_is_kept_as_it_was_sent_and_when(calendar, clock):
    sent = event(title="M 42", project_priority=1.5, rendered={"color": ["red", None, True]})
    clock.advance(5.7)
    kept = calendar.add(sent, "ada")
    assert calendar.get("one", kept.start) == kept
    assert kept.last_modified == "2026-03-01T00:00:05Z"
    assert (kept.title, kept.project_id, kept.reservation_type) == ("M 42", "none", "realtime")
    assert kept.more == {"project_priority": pytest.approx(1.5), "rendered": {"color": ["red", None, True]}}


def test_nobody_reserves_in_anothers_name_but_an_admin(calendar):
    for roles in ((), ("owner",), ("not-administrator",), ("Admin",)):
        with pytest.raises(NotYourReservation, match="grace"):
            calendar.add(event(who="grace"), "ada", roles)
    assert calendar.add(event(who="grace"), "ada", ADMIN).creator_id == "grace"


def test_an_event_of_ones_own_may_be_sent_again_and_nobody_elses(calendar):
    calendar.add(event(title="first"), "ada")
    assert calendar.add(event(title="second"), "ada").title == "second"
    with pytest.raises(NotYourEvent):
        calendar.add(event(who="grace"), "grace")
    assert [each.title for each in calendar.at_time("tst", NIGHT)] == ["second"]


def test_both_ends_belong_to_an_event(calendar):
    calendar.add(event(start=100, end=200), "ada")
    held = {at: ids(calendar.at_time("tst", NIGHT + at)) for at in (99, 99.9, 100, 150, 200, 200.9, 201)}
    assert held == {99: [], 99.9: [], 100: ["one"], 150: ["one"], 200: ["one"], 200.9: ["one"], 201: []}
    assert calendar.at_time("two", NIGHT + 150) == []


def test_events_are_found_by_their_ends(calendar):
    for hour in range(4):
        calendar.add(event(f"hour {hour}", hour * 3600, (hour + 1) * 3600), "ada")
    assert ids(calendar.ending_between("tst", NIGHT + 3600, NIGHT + 10800)) == ["hour 0", "hour 1", "hour 2"]
    assert ids(calendar.ending_between("tst", NIGHT + 3601, NIGHT + 7199)) == []
    assert calendar.ending_between("tst", NIGHT + 10800, NIGHT) == []
    assert ids(calendar.of_user("ada", NIGHT + 10800)) == ["hour 2", "hour 3"]
    assert calendar.of_user("grace", NIGHT) == []


def test_no_event_is_left_out_however_many_there_are(calendar, table):
    note = "x" * 4000
    many = [event(f"{number:03}", 0, 3600 + number, reservation_note=note) for number in range(400)]
    table.put_many(each.to_document() for each in many)
    assert len(calendar.ending_between("tst", NIGHT, NIGHT + 86400)) == 400
    assert len(calendar.at_time("tst", NIGHT)) == 400
    assert len(calendar.of_user("ada", NIGHT)) == 400


def test_an_event_is_modified_by_its_creator_and_stays_his(calendar):
    first = calendar.add(event(), "ada")
    changed = event(name="another", who="grace", end=7200, title="longer")
    kept = calendar.modify("one", first.start, changed, "ada")
    assert (kept.event_id, kept.creator_id, kept.title) == ("one", "ada", "longer")
    assert calendar.at_time("tst", NIGHT + 7000) == [kept]


def test_an_event_that_is_modified_to_start_elsewhen_is_there_once(calendar):
    first = calendar.add(event(), "ada")
    kept = calendar.modify("one", first.start, event(start=600, end=7200), "ada")
    assert calendar.of_user("ada", NIGHT) == [kept]
    with pytest.raises(NoSuchEvent):
        calendar.get("one", first.start)


def test_who_may_not_changes_nothing(calendar):
    first = calendar.add(event(), "ada")
    for roles in ((), ("owner",), ("administrator",)):
        with pytest.raises(NotYourEvent, match="You may only modify your own events"):
            calendar.modify("one", first.start, event(start=600), "grace", roles)
        with pytest.raises(NotYourEvent):
            calendar.delete("one", first.start, "grace", roles)
    assert calendar.of_user("ada", NIGHT) == [first]


@pytest.mark.parametrize("roles", [(), ADMIN])
def test_nobodys_event_is_moved_into_the_place_of_anothers(calendar, roles):
    adas = calendar.add(event(), "ada")
    graces = calendar.add(event(start=7200, end=9000, creator_id="grace"), "grace")
    with pytest.raises(NotYourEvent):
        calendar.modify("one", graces.start, event(creator_id="grace"), "grace", roles)
    assert calendar.of_user("ada", NIGHT) == [adas]
    assert calendar.of_user("grace", NIGHT) == [graces]


def test_an_admin_changes_anybodys(calendar):
    first = calendar.add(event(), "ada")
    kept = calendar.modify("one", first.start, event(end=60), "grace", ADMIN)
    assert kept.creator_id == "ada"
    assert calendar.delete("one", first.start, "grace", ADMIN) == kept
    assert calendar.of_user("ada", NIGHT) == []


def test_what_is_not_there_cannot_be_changed(calendar):
    for change in (
        lambda: calendar.get("one", format_time(NIGHT)),
        lambda: calendar.delete("one", format_time(NIGHT), "ada", ADMIN),
        lambda: calendar.modify("one", format_time(NIGHT), event(), "ada", ADMIN),
    ):
        with pytest.raises(NoSuchEvent, match="'one' that starts at 2026-03-01T00:00:00Z"):
            change()


class Interrupted:
    """A table at which somebody else is quicker: before its `name` is called, `first` happens."""

    def __init__(self, table, name, first):
        self._table, self._name, self._first = table, name, first

    def __getattr__(self, name):
        if name == self._name:
            first, self._first = self._first, lambda: None
            first()
        return getattr(self._table, name)


def test_of_two_who_move_an_event_at_once_one_is_told(calendar, table, clock):
    first = calendar.add(event(), "ada")
    other = lambda: calendar.modify("one", first.start, event(start=1200), "ada")  # noqa: E731 - it is short
    with pytest.raises(EventChanged):
        Calendar(Interrupted(table, "delete", other), clock).modify(
            "one", first.start, event(start=600), "ada"
        )
    assert [each.start for each in calendar.of_user("ada", NIGHT)] == [format_time(NIGHT + 1200)]


def test_an_event_that_was_changed_meanwhile_is_not_overwritten(calendar, table, clock):
    first = calendar.add(event(), "ada")

    def other():
        clock.advance(1)
        calendar.modify("one", first.start, event(title="other"), "ada")

    with pytest.raises(EventChanged):
        Calendar(Interrupted(table, "put", other), clock).modify("one", first.start, event(), "ada")
    assert calendar.get("one", first.start).title == "other"


def test_who_dies_while_moving_an_event_leaves_the_site_reserved_and_can_do_it_again(calendar, table, clock):
    first = calendar.add(event(), "ada")

    def die():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Calendar(Interrupted(table, "delete", die), clock).modify(
            "one", first.start, event(start=600, end=7200), "ada"
        )
    assert not calendar.may_command("tst", "grace", (), NIGHT + 10)
    kept = calendar.modify("one", first.start, event(start=600, end=7200), "ada")
    assert calendar.of_user("ada", NIGHT) == [kept]


def test_the_same_place_in_the_calendar_is_given_once(calendar):
    gate, outcome = threading.Barrier(6), []

    def reserve(who):
        gate.wait()
        try:
            outcome.append(calendar.add(event(who=who), who).creator_id)
        except (NotYourEvent, ConditionFailed):
            outcome.append(None)

    threads = [threading.Thread(target=reserve, args=(f"user {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = filter(None, outcome)
    assert [each.creator_id for each in calendar.at_time("tst", NIGHT)] == [winner]


def test_overlaps_are_told_but_not_kept_out(calendar):
    calendar.add(event("before", 0, 3600), "ada")
    calendar.add(event("after", 7200, 9000), "ada")
    calendar.add(event("elsewhere", 0, 9000, site="two"), "ada")
    wanted = event("wanted", 3600, 7200, "grace")
    assert calendar.conflicts(wanted) == []
    assert ids(calendar.conflicts(event("wanted", 3599, 7201, "grace"))) == ["before", "after"]
    calendar.add(event("wanted", 1000, 2000, "grace"), "grace")
    assert ids(calendar.at_time("tst", NIGHT + 1500)) == ["wanted", "before"]
    assert {calendar.may_command("tst", who, (), NIGHT + 1500) for who in ("ada", "grace")} == {True}


@pytest.mark.parametrize(
    ("user", "roles", "at", "may"),
    [
        ("grace", (), -1, True),
        ("grace", (), 0, False),
        ("grace", (), 3600, False),
        ("grace", (), 3601, True),
        ("ada", (), 1800, True),
        ("grace", ADMIN, 1800, True),
        ("grace", ("owner",), 1800, False),
        ("grace", ("not-administrator", "administrator", "ADMIN"), 1800, False),
        ("ADA", (), 1800, False),
        ("", (), 1800, False),
    ],
)
def test_a_reserved_site_is_its_users_and_the_admins(calendar, user, roles, at, may):
    calendar.add(event(), "ada")
    assert calendar.may_command("tst", user, roles, NIGHT + at) == may
    assert calendar.may_command("two", user, roles, NIGHT + at)
    assert calendar.is_scheduled(user, "tst", NIGHT + at) == (user == "ada")


class Unreachable:
    def query(self, *_, **__):
        raise StoreUnreachable(store="dynamodb://eu-west-1", fault="timed out")


def test_nobody_but_an_admin_commands_while_the_calendar_cannot_be_read():
    calendar = Calendar(Unreachable())
    with pytest.raises(CalendarUnreadable, match=r"tst cannot be read.*timed out"):
        calendar.may_command("tst", "ada", (), NIGHT)
    assert calendar.may_command("tst", "ada", ADMIN, NIGHT)


def test_events_that_others_have_written_count_too(calendar, table):
    table.put(
        {"event_id": "bare", "start": format_time(NIGHT), "end": format_time(NIGHT + 60), "site": "tst"}
    )
    table.put({"event_id": "endless", "start": format_time(NIGHT), "site": "tst", "creator_id": "ada"})
    assert ids(calendar.at_time("tst", NIGHT)) == ["bare"]
    assert not calendar.may_command("tst", "ada", (), NIGHT)
