"""Same seed, clock and commands: same answers, whoever asked what meanwhile, and however time passed."""

import contextlib
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.world import World, WorldClock, WorldError
from ocs_sim.world._random_access import generator
from tests.examples import examples
from tests.world.worlds import NIGHT, HandClock, stepped

COMMANDS = {
    "track": lambda world: world.mount.set_tracking(on=True),
    "slew": lambda world: world.mount.slew_to_equatorial((world.mount.sidereal_time_hours + 1) % 24, -30.0),
    "flip": lambda world: world.mount.slew_to_equatorial((world.mount.sidereal_time_hours - 1) % 24, -50.0),
    "guide": lambda world: world.mount.pulse_guide("north", 700),
    "abort": lambda world: world.mount.abort(),
    "home": lambda world: world.mount.find_home(),
    "hand": lambda world: world.mount.move_axis(1, 3.0),
    "let go": lambda world: world.mount.move_axis(1, 0.0),
    "stall": lambda world: world.faults.inject("mount.stall", seconds=3.0),
    "lose": lambda world: world.faults.inject("mount.encoder_lost"),
    "dome": lambda world: world.dome.slew_to_azimuth(200.0),
    "open": lambda world: world.dome.open_shutter(),
    "rain": lambda world: world.faults.inject("weather.rain", seconds=20.0),
    "focus": lambda world: world.focuser.move(2000),
    "back": lambda world: world.focuser.move(4000),
    "filter": lambda world: world.wheel.set_position(3),
    "rotate": lambda world: world.rotator.move_absolute(200.0),
    "cover": lambda world: world.cover.close(),
    "power": lambda world: world.faults.inject("power.lost", seconds=2.0),
}
ASKED = np.linspace(0.0, 1.0, 23)

plans = st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.floats(0.1, 30)), min_size=1, max_size=8)


def told(world, command):
    """Give a command, and return what came of it."""
    try:
        COMMANDS[command](world)
    except WorldError as error:
        return str(error)
    return "done"


def look(world):
    """Ask about everything."""
    now = np.array([world.now()])
    for ask in (
        lambda: world.mount.slewing,
        lambda: world.dome.slewing,
        lambda: world.wheel.position,
        world.safety.reasons,
        lambda: world.mount.true_pointing(now),
        lambda: world.weather.conditions(now),
        world.faults.active,
    ):
        with contextlib.suppress(WorldError):
            ask()


def answers(world, begun):
    """Return what all parts say about all that was."""
    times = begun + ASKED * (world.now() - begun)
    mount, conditions = world.mount, world.weather.conditions(times)
    found = {
        "pointing": mount.true_pointing(times),
        "commanded": mount.commanded(times),
        "clear": world.dome.clear_fraction(times),
        "focus": world.focuser.position_steps(times),
        "slot": world.wheel.slot(times),
        "rotator": world.rotator.mechanical_degrees(times),
        "cover": world.cover.clear_fraction(times),
        "weather": conditions,
        "state": [mount.tracking, mount.at_home, len(world.safety.reasons()), mount.stopped_by is None],
    }
    return {name: np.asarray(value, dtype=float).tolist() for name, value in found.items()}


@settings(max_examples=examples(12), deadline=None)
@given(plans, st.data())
def test_looking_changes_nothing(plan, data):
    looked, unseen = stepped(seed=5), stepped(seed=5)
    for command, seconds in plan:
        assert told(looked, command) == told(unseen, command)
        part = data.draw(st.floats(0.0, 1.0))
        begun = looked.now()
        looked.clock.advance(part * seconds)
        look(looked)
        looked.clock.jump_to(begun + seconds)
        unseen.clock.jump_to(begun + seconds)
    assert answers(looked, NIGHT) == answers(unseen, NIGHT)


@settings(max_examples=examples(12), deadline=None)
@given(plans, st.sampled_from([1.0, 8.0, 64.0]))  # powers of two, so that the moments are the same to the bit
def test_a_clock_that_runs_faster_or_is_stepped_makes_no_difference(plan, rate):
    base = HandClock()
    running, stepping = World(clock=WorldClock(base, rate=rate), seed=5), stepped(seed=5)
    for command, seconds in plan:
        whole = float(max(round(seconds), 1))
        assert told(running, command) == told(stepping, command)
        base.unix += whole / rate
        stepping.clock.advance(whole)
    assert answers(running, NIGHT) == answers(stepping, NIGHT)


def test_another_seed_differs():
    found = []
    for seed in (1, 2):
        world = stepped(seed=seed)
        told(world, "track")
        told(world, "slew")
        world.clock.advance(60.0)
        found.append(answers(world, NIGHT))
    assert found[0]["commanded"] == found[1]["commanded"]
    assert found[0]["pointing"] != found[1]["pointing"]
    assert found[0]["weather"] != found[1]["weather"]


def test_what_was_two_hours_ago_is_known_and_longer_where_it_is_needed():
    world = stepped(**{"mount.lowest_altitude_degrees": -90.0})
    told(world, "track")
    needed = stepped(**{"mount.lowest_altitude_degrees": -90.0})
    told(needed, "track")
    needed.need("an exposure", NIGHT)
    for each in (world, needed):
        for number in range(60):
            each.focuser.move(1000 + 50 * number)
            each.clock.advance(600.0)
    times = world.now() - np.array([7100.0, 3600.0, 10.0])
    assert world.focuser.position_steps(times).tolist() == needed.focuser.position_steps(times).tolist()
    early = NIGHT + 300.0 + 600.0 * np.arange(5)
    assert np.diff(needed.focuser.position_steps(early))[1:] == pytest.approx(50.0)
    assert np.ptp(world.focuser.position_steps(early)) == 0.0  # what is forgotten is not made up
    assert len(world.focuser._motor.timeline.pieces) < 80 < len(needed.focuser._motor.timeline.pieces)


def test_the_world_goes_on_while_its_catalogue_is_opened(monkeypatch):
    world = stepped()
    begun, asked = threading.Event(), threading.Event()

    def slow(name):
        begun.set()
        assert asked.wait(20)
        return name

    monkeypatch.setattr("ocs_sim.sky.open_catalogue", slow)
    thread = threading.Thread(target=lambda: world.catalogue)
    thread.start()
    assert begun.wait(20)
    assert world.lock.acquire(timeout=5)
    world.lock.release()
    asked.set()
    thread.join(20)
    assert world.catalogue == "synthetic"


def test_each_seed_is_a_world_of_its_own():
    numbers = {generator(seed, "anything").random() for seed in (0, 1, -1, -2, 2**63, 2**64 - 3)}
    assert len(numbers) == 6
