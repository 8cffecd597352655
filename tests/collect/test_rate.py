"""The allowance of bytes, and waiting longer each time."""

from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.collect._rate import Allowance, BackOff

steps = st.lists(st.tuples(st.floats(0, 2), st.integers(0, 5_000)), max_size=50)


@given(steps)
def test_no_more_is_spent_than_the_rate_allows_plus_one_answer_and_what_was_saved(steps):
    allowance, now, spent, largest = Allowance(1000.0), 0.0, 0, 0
    allowance.is_left(now)
    for seconds, size in steps:
        now += seconds
        if allowance.is_left(now):
            allowance.spend(size, now)
            spent, largest = spent + size, max(largest, size)
    assert spent <= 1000.0 * now + 250.0 + largest


def test_an_idle_time_is_not_saved_up():
    allowance = Allowance(1000.0)
    assert allowance.is_left(1e6)
    allowance.spend(260, 1e6)
    assert not allowance.is_left(1e6)
    assert allowance.is_left(1e6 + 0.02)


def test_a_clock_that_stands_still_or_goes_back_does_no_harm():
    allowance = Allowance(1000.0)
    allowance.spend(1000, 10.0)
    assert not allowance.is_left(5.0)
    assert allowance.is_left(7.0)


def test_it_waits_from_a_fifth_of_a_second_to_five_seconds():
    back_off, now, waits = BackOff(), 100.0, []
    for _ in range(2000):
        back_off.fail(now)
        wait = next(each for each in (0.2, 0.4, 0.8, 1.6, 3.2, 5.0) if back_off.is_over(now + each + 1e-9))
        waits.append(wait)
        now += wait
    assert waits[:7] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert set(waits[7:]) == {5.0}
    back_off.succeed()
    assert back_off.is_over(now)
