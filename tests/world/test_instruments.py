"""Focuser, filter wheel, rotator, cover and switches."""

import numpy as np
import pytest

from ocs_sim.world import Faulted, NotAllowedNow, OutOfRange
from tests.world.worlds import let_finish, stepped


@pytest.fixture
def world():
    return stepped()


def test_the_focuser_takes_its_time_and_arrives(world):
    focuser = world.focuser
    focuser.move(7500)
    assert focuser.moving
    assert let_finish(world, lambda: focuser.moving, step=0.005) == pytest.approx(0.5 + 0.05, abs=0.01)
    assert focuser.position == 7500


def test_the_camera_sees_the_focusers_backlash(world):
    focuser = world.focuser
    for target, seen in ((6000, 5990.0), (5000, 5010.0), (5015, 5010.0), (5030, 5020.0)):
        focuser.move(target)
        let_finish(world, lambda: focuser.moving)
        assert focuser.position == target
        assert float(focuser.position_steps(world.now())) == pytest.approx(seen)


def test_the_focuser_stops_and_refuses(world):
    focuser = world.focuser
    focuser.move(0)
    world.clock.advance(0.3)
    focuser.halt()
    let_finish(world, lambda: focuser.moving)
    assert 2000 < focuser.position < 4900
    for position in (-1, focuser.profile.max_steps + 1):
        with pytest.raises(OutOfRange):
            focuser.move(position)
    world.faults.inject("focuser.stall")
    with pytest.raises(Faulted):
        focuser.move(100)
    limited = stepped(**{"focuser.max_increment_steps": 10}).focuser
    with pytest.raises(OutOfRange, match="at most 10"):
        limited.move(limited.position + 11)


def test_the_tube_follows_the_air_slowly():
    world = stepped(**{"weather.celsius_rms": 0.0})
    times = world.now() + np.arange(0.0, 86400.0, 300.0)
    air, tube = world.weather.temperature_celsius(times), world.focuser.tube_celsius(times)
    assert np.ptp(tube) == pytest.approx(np.ptp(air), rel=0.1)
    lag = (np.argmax(tube) - np.argmax(air)) % times.size * 300.0
    assert 600.0 <= lag <= 3000.0


def test_the_wheel_goes_the_shorter_way_and_tells_no_slot_meanwhile(world):
    wheel = world.wheel
    assert (wheel.position, wheel.names) == (0, ("L", "R", "G", "B", "Ha"))
    assert len(wheel.focus_offsets) == 5
    begun = world.now()
    wheel.set_position(4)
    assert wheel.position == -1
    took = let_finish(world, lambda: wheel.position == -1, step=0.01)
    assert took == pytest.approx(0.1 + 0.05, abs=0.02)  # one slot back, not four forward
    assert wheel.position == 4
    assert wheel.slot(np.array([begun - 1, begun + 0.08, world.now()])).tolist() == [0, -1, 4]
    wheel.set_position(1)
    assert let_finish(world, lambda: wheel.position == -1, step=0.01) == pytest.approx(0.25, abs=0.02)
    with pytest.raises(OutOfRange, match="from 0 to 4"):
        wheel.set_position(5)


def test_a_stuck_wheel_says_so(world):
    world.wheel.set_position(2)
    world.clock.advance(0.1)
    world.faults.inject("wheel.stuck", seconds=5)
    with pytest.raises(Faulted, match="between two filters"):
        world.wheel.position  # noqa: B018 - reading it is what raises
    assert float(world.wheel.slot(world.now())) == -1
    world.clock.advance(6.0)
    world.wheel.set_position(2)
    world.clock.advance(1.0)
    assert world.wheel.position == 2


def test_the_rotator_turns_syncs_and_reverses(world):
    rotator = world.rotator
    rotator.move_absolute(350.0)
    assert (rotator.moving, rotator.target) == (True, pytest.approx(350.0))
    assert let_finish(world, lambda: rotator.moving) < 1.0  # 10 degrees back
    assert (rotator.position, rotator.mechanical) == (pytest.approx(350.0), pytest.approx(350.0))
    rotator.sync(10.0)
    rotator.move(5.0)
    let_finish(world, lambda: rotator.moving)
    assert (rotator.position, rotator.mechanical) == (pytest.approx(15.0), pytest.approx(355.0))
    rotator.move_mechanical(0.0)
    let_finish(world, lambda: rotator.moving)
    assert rotator.position == pytest.approx(20.0)
    rotator.set_reversed(on=True)
    assert (rotator.position, rotator.reversed) == (pytest.approx(20.0), True)
    rotator.move(30.0)
    let_finish(world, lambda: rotator.moving)
    assert (rotator.position, rotator.mechanical) == (pytest.approx(50.0), pytest.approx(330.0))
    assert float(rotator.mechanical_degrees(world.now())) % 360 == pytest.approx(330.0)


def test_the_rotator_stops_and_refuses(world):
    rotator = world.rotator
    rotator.move(170.0)
    world.clock.advance(1.0)
    rotator.halt()
    let_finish(world, lambda: rotator.moving)
    assert 20 < rotator.position < 100
    assert rotator.target == pytest.approx(rotator.position)
    for refused in (rotator.move_absolute, rotator.move_mechanical, rotator.sync):
        with pytest.raises(OutOfRange):
            refused(-1.0)


def test_the_cover_opens_closes_and_hides(world):
    cover = world.cover
    assert cover.cover_state == "open"
    begun = world.now()
    cover.close()
    assert cover.cover_state == "moving"
    let_finish(world, lambda: cover.cover_state == "moving")
    assert cover.cover_state == "closed"
    clear = cover.clear_fraction(np.array([begun, begun + 0.25, world.now()]))
    assert (clear[0], clear[2]) == (1.0, 0.0)
    assert 0 < clear[1] < 1
    cover.open()
    world.clock.advance(0.2)
    cover.halt()
    let_finish(world, lambda: cover.cover_state == "moving")
    assert cover.cover_state == "unknown"
    world.faults.inject("cover.stuck")
    with pytest.raises(Faulted):
        cover.open()
    assert cover.cover_state == "error"


def test_the_lamp_is_ready_when_it_is_steady(world):
    cover = world.cover
    assert (cover.calibrator_state, cover.brightness_now) == ("off", 0)
    begun = world.now()
    cover.on(200)
    assert (cover.calibrator_state, cover.brightness_now) == ("not_ready", 200)
    world.clock.advance(0.3)
    assert cover.calibrator_state == "ready"
    assert cover.brightness(np.array([begun, begun + 0.1, world.now()])) == pytest.approx(
        [0, 100, 200], abs=0.1
    )
    for brightness in (-1, 256):
        with pytest.raises(OutOfRange):
            cover.on(brightness)
    world.faults.inject("power.lost")
    assert (cover.calibrator_state, float(cover.brightness(world.now()))) == ("off", 0.0)


def test_switches_take_their_value_after_their_delay(world):
    switches = world.switches
    heater = next(number for number in range(len(switches)) if switches.name(number) == "Dew heater")
    switches.set_value(heater, 40.4)
    assert (switches.value(heater), switches.is_complete(heater)) == (0.0, False)
    world.clock.advance(0.3)
    assert (switches.value(heater), switches.is_complete(heater)) == (40.0, True)
    switches.set_value(heater, 90.0)
    assert switches.cancel(heater)
    world.clock.advance(1.0)
    assert switches.value(heater) == 40.0
    assert not switches.cancel(heater)
    with pytest.raises(OutOfRange):
        switches.set_value(heater, 101)
    with pytest.raises(OutOfRange):
        switches.value(len(switches))


def test_a_switch_that_is_only_read_tells_of_the_power(world):
    volts = len(world.switches) - 1
    assert world.switches.value(volts) == pytest.approx(13.8)
    with pytest.raises(NotAllowedNow):
        world.switches.set_value(volts, 5)
    world.faults.inject("power.lost")
    assert world.switches.value(volts) == 0.0
