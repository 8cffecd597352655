import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.jobs import BadJob, has_ended, has_started, may_follow
from ocs_sim.jobs._status import clean_status

LIFE = ["UNREAD", "RECEIVED", "STARTED", "EXPOSING", "COMPLETE"]
ENDS = ["COMPLETE", "COMPLETED", "FAILED", "CANCELED", "EXPIRED"]
any_status = st.sampled_from([*LIFE, *ENDS, "READING"]) | st.text(min_size=1, max_size=9)


def test_life_goes_forward_and_may_leave_steps_out():
    for i, old in enumerate(LIFE):
        for j, new in enumerate(LIFE):
            if i != j:
                assert may_follow(old, new) == (j > i), (old, new)


def test_stages_follow_each_other_in_any_order():
    assert may_follow("EXPOSING", "READING")
    assert may_follow("READING", "EXPOSING")
    assert not may_follow("EXPOSING", "STARTED")


@given(st.sampled_from(ENDS), any_status)
def test_nothing_follows_an_end(end, new):
    assert has_ended(end)
    assert not may_follow(end, new)


@given(any_status)
def test_nothing_becomes_unread(old):
    assert not may_follow(old, "UNREAD")


def test_a_job_is_under_way_between_its_start_and_its_end():
    assert [has_started(each) for each in LIFE] == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("text", "clean"), [("complete", "COMPLETE"), ("Cancelled", "CANCELED"), ("Reading out", "Reading out")]
)
def test_known_names_are_stored_in_capitals_and_others_as_they_are(text, clean):
    assert clean_status(text) == clean


@pytest.mark.parametrize("bad", ["", "A#B", "A\nB", " A", "x" * 65, None, 3, "\ud800"])
def test_what_cannot_be_a_status_is_refused(bad):
    with pytest.raises(BadJob):
        clean_status(bad)
