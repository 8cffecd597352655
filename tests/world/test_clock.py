"""The world's time: set off, run faster, stepped; never back."""

import asyncio
import math
import threading

import pytest

from ocs_sim.almanac import Place, sun
from ocs_sim.world import OutOfRange, StartNotUnderstood, TimeOnlyGoesForward, World, WorldClock
from tests.world.worlds import NIGHT, HandClock

SITE = Place(-30.17, -70.8, 2200.0)
NOON = NIGHT + 14 * 3600.0


@pytest.mark.parametrize(
    ("start", "unix"),
    [
        (None, NIGHT),
        ("now", NIGHT),
        (5.0, 5.0),
        ("2026-11-21T03:00:10Z", NIGHT + 10),
        ("2026-11-21T03:00:10", NIGHT + 10),
    ],
)
def test_it_starts_where_it_is_told(start, unix):
    assert WorldClock(HandClock(), start).time() == unix


def test_night_is_now_if_it_is_dark_else_an_hour_before_midnight():
    assert WorldClock(HandClock(), "night", place=SITE).time() == NIGHT
    later = WorldClock(HandClock(NOON), "night", place=SITE).time()
    assert NOON < later < NOON + 86400.0
    assert sun(SITE, later).altitude_degrees < -18
    assert sun(SITE, later + 3600).altitude_degrees < sun(SITE, later).altitude_degrees


def test_a_start_that_is_none_is_refused():
    with pytest.raises(StartNotUnderstood, match="tomorrow"):
        WorldClock(start="tomorrow")


@pytest.mark.parametrize(
    "moment", [math.nan, math.inf, -math.inf, "nan", "inf", 1e99, "1812-01-01", "2200-01-01"]
)
def test_a_moment_of_no_age_of_ours_is_refused(moment):
    with pytest.raises((StartNotUnderstood, OutOfRange)):
        WorldClock(start=moment)
    clock = WorldClock(HandClock(), stepped=True)
    if isinstance(moment, float) and not moment < 0:
        for turn in (clock.jump_to, clock.advance):
            with pytest.raises(OutOfRange):
                turn(moment)
        assert clock.time() == NIGHT


def test_it_runs_at_its_rate_and_changes_that_without_a_jump():
    base = HandClock()
    clock = WorldClock(base, rate=10.0)
    base.unix += 2
    assert clock.time() == NIGHT + 20
    clock.rate = 0.5
    assert clock.time() == NIGHT + 20
    base.unix += 2
    assert clock.time() == NIGHT + 21
    assert clock.monotonic() == 21


def test_stepped_time_stands_still_until_it_is_advanced():
    base = HandClock()
    clock = WorldClock(base, stepped=True)
    base.unix += 100
    assert clock.time() == NIGHT
    assert clock.advance(7) == NIGHT + 7
    clock.stepped = False
    base.unix += 1
    assert clock.time() == NIGHT + 8


def test_time_jumps_forward_only():
    clock = WorldClock(HandClock(), stepped=True)
    clock.jump_to(NIGHT + 50)
    assert clock.time() == NIGHT + 50
    with pytest.raises(TimeOnlyGoesForward, match=r"10\.000 s"):
        clock.jump_to(NIGHT + 40)
    with pytest.raises(OutOfRange):
        clock.advance(-1)


@pytest.mark.parametrize("rate", [0, -1, float("nan"), 1e9])
def test_a_rate_that_cannot_be_is_refused(rate):
    with pytest.raises(OutOfRange):
        WorldClock(HandClock(), rate=rate)


def test_who_waits_is_woken_by_a_step_from_another_thread():
    clock = WorldClock(HandClock(), stepped=True)

    async def wait():
        waiting = asyncio.create_task(clock.wait_until(NIGHT + 30))
        while not clock._wakes:
            await asyncio.sleep(0)
        thread = threading.Thread(target=lambda: [clock.advance(10) for _ in range(3)])
        thread.start()
        await waiting
        thread.join()

    asyncio.run(asyncio.wait_for(wait(), 20))
    assert clock.time() == NIGHT + 30
    assert not clock._wakes


def test_who_waits_sees_the_clock_run_faster():
    clock = WorldClock(rate=1000.0)
    begun = clock.time()
    asyncio.run(asyncio.wait_for(clock.wait_until(begun + 20), 20))
    assert clock.time() >= begun + 20


def test_what_is_due_happens_in_order_each_at_its_moment():
    world = World(clock=WorldClock(HandClock(), stepped=True))
    seen = []

    def first(at):
        seen.append((at, world.now()))
        world.at(at + 1, lambda later: seen.append((later, world.now())))

    world.at(NIGHT + 9, lambda at: seen.append((at, world.now())))
    world.at(NIGHT + 3, first)
    world.at(NIGHT + 5, lambda at: seen.append((at, world.now())))()
    world.clock.advance(100)
    assert world.now() == NIGHT + 100
    assert seen == [(NIGHT + each, NIGHT + each) for each in (3, 4, 9)]
