import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.jobs import BadUlid, Ulids, derived_ulid, first_ulid, is_ulid, ulid_milliseconds
from tests.jobs.making import SetClock


def test_a_ulid_tells_its_millisecond_in_the_specification_s_example():
    assert ulid_milliseconds("01ARZ3NDEKTSV4RRFFQ69G5FAV") == 1469922850259
    assert first_ulid(1469922850259) == "01ARZ3NDEK" + "0" * 16


@given(st.lists(st.floats(-5.0, 5.0), min_size=1, max_size=50))
def test_each_is_greater_than_the_one_before_whatever_the_clock_does(steps):
    clock = SetClock()
    ulids = Ulids(clock)
    made = [ulids.new()]
    for step in steps:
        clock.unix += step
        made.append(ulids.new())
    assert all(is_ulid(each) for each in made)
    assert made == sorted(set(made))


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1))
def test_the_order_of_texts_is_the_order_of_times(one, other):
    assert (first_ulid(one) < first_ulid(other)) == (one < other)
    assert ulid_milliseconds(derived_ulid(one, "m")) == one
    assert first_ulid(one) <= derived_ulid(one, "m") < first_ulid(one + 1) or one == 2**48 - 1


def test_it_tells_the_time_of_the_clock_to_the_millisecond():
    assert ulid_milliseconds(Ulids(SetClock(1_700_000_000.25)).new()) == 1_700_000_000_250


@pytest.mark.parametrize("unix", [-1.0, 1e300])
def test_a_clock_beyond_all_times_makes_ulids_still(unix):
    ulids = Ulids(SetClock(unix))
    assert is_ulid(ulids.new())


def test_threads_get_different_ones_in_their_own_order():
    ulids = Ulids(SetClock())
    made: list[list[str]] = [[] for _ in range(8)]
    threads = [
        threading.Thread(target=lambda own: own.extend(ulids.new() for _ in range(500)), args=(own,))
        for own in made
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each for own in made for each in own}) == 8 * 500
    assert all(own == sorted(own) for own in made)


def test_a_forked_process_does_not_repeat_its_parent_s():
    ulids = Ulids(SetClock())
    ulids.new()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, "".join(ulids.new() for _ in range(20)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    text = os.read(reader, 4096).decode()
    os.close(reader)
    os.close(writer)
    theirs = {text[i : i + 26] for i in range(0, len(text), 26)}
    assert len(theirs) == 20
    assert not theirs & {ulids.new() for _ in range(20)}


def test_two_makers_in_one_millisecond_do_not_meet():
    one, other = Ulids(SetClock()), Ulids(SetClock())
    assert not {one.new() for _ in range(1000)} & {other.new() for _ in range(1000)}


@pytest.mark.parametrize(
    "text", ["", "01ARZ3NDEKTSV4RRFFQ69G5FA", "81ARZ3NDEKTSV4RRFFQ69G5FAV", "0" * 25 + "U", "0" * 25 + "a"]
)
def test_what_is_no_ulid_is_refused(text):
    assert not is_ulid(text)
    with pytest.raises(BadUlid, match="no ULID"):
        ulid_milliseconds(text)


def test_the_same_name_makes_the_same_ulid():
    assert derived_ulid(5, "a") == derived_ulid(5, "a") != derived_ulid(5, "b")
