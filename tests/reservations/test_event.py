"""What is an event, and what is a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.reservations import BadEvent, BadTime, Event, format_time, parse_time
from tests.reservations.events import NIGHT, event


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"event_id": ""}, "event_id"),
        ({"event_id": 7}, "event_id"),
        ({"event_id": "x" * 1025}, "1024"),
        ({"site": None}, "site"),
        ({"site": ["tst"]}, "site"),
        ({"creator_id": {}}, "creator_id"),
        ({"title": 7}, "title"),
        ({"end": "2026-02-28T00:00:00Z"}, "before it starts"),
        ({"project_priority": float("nan")}, "project_priority"),
    ],
)
def test_what_no_event_is_is_told(sent, fault):
    good = {**event().to_document(), **sent}
    with pytest.raises(BadEvent, match=fault):
        Event.of(good)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-01",
        "2026-03-01T05:30:00",
        "2026-03-01T05:30Z",
        "2026-03-01 05:30:00Z",
        "2026-03-01T05:30:00+00:00",
        "2026-03-01T05:30:00z",
        "2026-03-01T05:30:00.5Z",
        "2026-02-30T05:30:00Z",
        "2026-03-01T24:30:00Z",
        "2026-03-01T05:30:60Z",
        "٢٠٢٦-03-01T05:30:00Z",
        "0000-03-01T05:30:00Z",
        "2026-03-01T05:30:00Z\n",
        1772343000,
        None,
    ],
)
def test_what_is_no_utc_time_is_told_with_how_it_should_be(text):
    with pytest.raises(BadTime, match="2026-03-01T05:30:00Z"):
        parse_time(text)
    with pytest.raises(BadTime, match="the start is"):
        Event.of({**event().to_document(), "start": text})


def test_a_time_as_javascript_writes_it_is_the_same_time():
    assert parse_time("2026-03-01T05:30:00.000Z") == parse_time("2026-03-01T05:30:00Z")
    assert Event.of({**event().to_document(), "start": "2026-03-01T00:00:00.000Z"}) == event()


@given(st.datetimes())
def test_times_are_ordered_as_their_texts(moment):
    text = moment.replace(microsecond=0).isoformat() + "Z"
    assert format_time(parse_time(text)) == text
    assert (parse_time(text) < NIGHT) == (text < format_time(NIGHT))
