"""Filter wheel, focuser, rotator, cover and calibrator."""

import pytest
from alpaca.covercalibrator import CalibratorStatus, CoverStatus
from alpaca.exceptions import InvalidValueException, NotImplementedException


def test_every_filter_comes_into_the_beam(site):
    wheel = site.filterwheel
    assert len(wheel.Names) == len(wheel.FocusOffsets) >= 2
    assert all(wheel.Names)
    for slot in [*range(1, len(wheel.Names)), 0]:
        wheel.Position = slot
        assert wheel.Position == -1
        assert site.wait_until(lambda: wheel.Position != -1, at_most=30.0, step=0.02) > 0.0
        assert wheel.Position == slot


def test_a_wheel_that_is_there_does_not_turn(site):
    site.filterwheel.Position = site.filterwheel.Position
    assert site.filterwheel.Position == 0


def test_a_slot_that_is_none_is_refused(site):
    for slot in (-1, len(site.filterwheel.Names)):
        with pytest.raises(InvalidValueException):
            site.filterwheel.Position = slot
    assert site.filterwheel.Position == 0


def test_the_focuser_goes_where_it_is_sent(site):
    focuser = site.focuser
    assert focuser.Absolute
    assert 1 <= focuser.MaxIncrement <= focuser.MaxStep
    assert focuser.StepSize > 0.0
    for target in (0, focuser.MaxStep, focuser.MaxStep // 2 + 7):
        focuser.Move(target)
        assert focuser.IsMoving
        while focuser.IsMoving:
            assert abs(focuser.Position - target) <= focuser.MaxStep
            site.wait(0.05)
        assert abs(focuser.Position - target) <= 2


def test_the_focuser_moves_step_by_step(site):
    start = site.focuser.Position
    site.focuser.Move(start + 2000)
    site.wait(0.2)
    assert site.focuser.IsMoving
    assert start < site.focuser.Position < start + 2000


def test_the_focuser_never_leaves_its_range(site):
    for beyond in (-10, site.focuser.MaxStep + 10):
        with pytest.raises(InvalidValueException):
            site.focuser.Move(beyond)
        site.wait(5.0)
        assert 0 <= site.focuser.Position <= site.focuser.MaxStep


def test_the_focuser_halts(site):
    focuser = site.focuser
    focuser.Move(0)
    site.wait(0.3)
    focuser.Halt()
    site.wait_until(lambda: not focuser.IsMoving, at_most=2.0)
    stopped = focuser.Position
    assert 0 < stopped < 5000
    site.wait(5.0)
    assert focuser.Position == stopped


def test_the_focuser_does_not_follow_the_temperature(site):
    assert (site.focuser.TempCompAvailable, site.focuser.TempComp) == (False, False)
    for wanted in (True, False):
        with pytest.raises(NotImplementedException):
            site.focuser.TempComp = wanted
    assert -40.0 < site.focuser.Temperature < 50.0


@pytest.mark.parametrize("target", [45.0, 135.0, 225.0, 315.0, 0.0])
def test_the_rotator_turns_to_an_angle(site, target):
    rotator = site.rotator
    rotator.MoveAbsolute(10.0)
    site.wait_until(lambda: not rotator.IsMoving)
    rotator.MoveAbsolute(target)
    assert rotator.IsMoving
    assert rotator.TargetPosition == pytest.approx(target)
    while rotator.IsMoving:
        assert 0.0 <= rotator.Position < 360.0
        site.wait(0.2)
    assert rotator.Position == pytest.approx(target, abs=0.05)


def test_the_rotator_turns_by_an_angle_and_round_the_circle(site):
    rotator = site.rotator
    rotator.MoveAbsolute(350.0)
    site.wait_until(lambda: not rotator.IsMoving)
    rotator.Move(20.0)
    assert rotator.IsMoving
    assert rotator.TargetPosition == pytest.approx(10.0, abs=0.05)
    site.wait_until(lambda: not rotator.IsMoving)
    assert rotator.Position == pytest.approx(10.0, abs=0.05)
    rotator.Move(-30.0)
    site.wait_until(lambda: not rotator.IsMoving)
    assert rotator.Position == pytest.approx(340.0, abs=0.05)


def test_a_sync_moves_the_position_and_not_the_mechanics(site):
    rotator = site.rotator
    rotator.MoveMechanical(90.0)
    site.wait_until(lambda: not rotator.IsMoving)
    rotator.Sync(120.0)
    assert rotator.Position == pytest.approx(120.0, abs=0.05)
    assert rotator.MechanicalPosition == pytest.approx(90.0, abs=0.05)
    rotator.MoveAbsolute(200.0)
    site.wait_until(lambda: not rotator.IsMoving)
    assert rotator.MechanicalPosition == pytest.approx(170.0, abs=0.05)
    rotator.MoveMechanical(340.0)
    assert rotator.TargetPosition == pytest.approx(10.0, abs=0.05)
    site.wait_until(lambda: not rotator.IsMoving)
    assert rotator.Position == pytest.approx(10.0, abs=0.05)


@pytest.mark.parametrize("angle", [-1.0, 360.0, 405.0])
def test_angles_that_are_none_are_refused(site, angle):
    for call in (site.rotator.MoveAbsolute, site.rotator.MoveMechanical, site.rotator.Sync):
        with pytest.raises(InvalidValueException):
            call(angle)
    assert not site.rotator.IsMoving


def test_the_rotator_halts(site):
    rotator = site.rotator
    rotator.MoveMechanical(170.0)
    site.wait(1.0)
    rotator.Halt()
    site.wait_until(lambda: not rotator.IsMoving, at_most=5.0)
    assert rotator.MechanicalPosition < 169.0


def test_the_rotator_can_be_reversed(site):
    rotator = site.rotator
    assert (rotator.CanReverse, rotator.Reverse) == (True, False)
    assert rotator.StepSize > 0.0
    rotator.Reverse = True
    assert rotator.Reverse
    rotator.MoveAbsolute(30.0)
    site.wait_until(lambda: not rotator.IsMoving)
    assert rotator.Position == pytest.approx(30.0, abs=0.05)


def cover_agrees(device):
    return device.CoverMoving == (device.CoverState == CoverStatus.Moving)


def lamp_agrees(device):
    return device.CalibratorChanging == (device.CalibratorState == CalibratorStatus.NotReady)


def test_the_cover_opens_and_closes(site):
    device = site.covercalibrator
    for call, state in ((device.CloseCover, CoverStatus.Closed), (device.OpenCover, CoverStatus.Open)):
        call()
        assert device.CoverMoving
        while device.CoverMoving:
            assert cover_agrees(device)
            assert device.CoverState == CoverStatus.Moving
            site.wait(0.05)
        assert cover_agrees(device)
        assert device.CoverState == state
        call()
        assert device.CoverState == state


def test_a_cover_that_is_halted_is_neither_open_nor_closed(site):
    device = site.covercalibrator
    device.CloseCover()
    site.wait(0.2)
    device.HaltCover()
    site.wait(2.0)
    assert not device.CoverMoving
    assert device.CoverState == CoverStatus.Unknown
    device.OpenCover()
    site.wait_until(lambda: not device.CoverMoving)
    assert device.CoverState == CoverStatus.Open


def test_the_lamp_shines_as_it_is_told(site):
    device = site.covercalibrator
    assert (device.CalibratorState, device.Brightness) == (CalibratorStatus.Off, 0)
    assert device.MaxBrightness >= 1
    for brightness in (device.MaxBrightness, 0, device.MaxBrightness // 2):
        device.CalibratorOn(brightness)
        while device.CalibratorChanging:
            assert lamp_agrees(device)
            site.wait(0.05)
        assert lamp_agrees(device)
        assert (device.CalibratorState, device.Brightness) == (CalibratorStatus.Ready, brightness)
    device.CalibratorOff()
    site.wait_until(lambda: not device.CalibratorChanging)
    assert (device.CalibratorState, device.Brightness) == (CalibratorStatus.Off, 0)


def test_the_lamp_needs_time(site):
    site.covercalibrator.CalibratorOn(100)
    assert site.covercalibrator.CalibratorChanging
    assert site.covercalibrator.CalibratorState == CalibratorStatus.NotReady


def test_brightnesses_that_are_none_are_refused(site):
    device = site.covercalibrator
    for brightness in (-1, device.MaxBrightness + 1):
        with pytest.raises(InvalidValueException):
            device.CalibratorOn(brightness)
    assert device.CalibratorState == CalibratorStatus.Off
