"""Tracking, its offsets, guiding and MoveAxis: measured against what their units promise."""

from datetime import UTC, datetime

import pytest
from alpaca.exceptions import InvalidOperationException, InvalidValueException, NotImplementedException
from alpaca.telescope import DriveRates, EquatorialCoordinateType, GuideDirections, PierSide, TelescopeAxes

# A sidereal second in seconds (IERS Conventions 2010, the ratio of UT1 to sidereal time).
SIDEREAL = 1.0 / 1.00273790935
ARCSECONDS = 3600.0


@pytest.fixture
def telescope(site):
    """A mount that tracks a star three hours west of the meridian."""
    telescope = site.telescope
    telescope.Unpark()
    telescope.Tracking = True
    telescope.SlewToCoordinatesAsync((telescope.SiderealTime - 3.0) % 24.0, -30.0)
    site.wait_until(lambda: not telescope.Slewing)
    site.wait(2.0)
    return telescope


def drift(site, telescope, seconds):
    """Return how far RA (seconds of time) and Dec (arcseconds) go in that time."""
    hours, degrees = telescope.RightAscension, telescope.Declination
    site.wait(seconds)
    return (telescope.RightAscension - hours) * 3600.0, (telescope.Declination - degrees) * ARCSECONDS


def test_tracking_follows_the_stars(site, telescope):
    assert drift(site, telescope, 600.0) == pytest.approx((0.0, 0.0), abs=0.01)


def test_without_tracking_the_sky_passes(site, telescope):
    telescope.Tracking = False
    azimuth, altitude = telescope.Azimuth, telescope.Altitude
    assert drift(site, telescope, 100.0) == pytest.approx((100.0 / SIDEREAL, 0.0), abs=0.1)
    assert (telescope.Azimuth, telescope.Altitude) == pytest.approx((azimuth, altitude), abs=1e-4)


@pytest.mark.parametrize(
    ("rate", "arcseconds"),
    [(DriveRates.driveLunar, 14.685), (DriveRates.driveSolar, 15.0), (DriveRates.driveKing, 15.0369)],
)
def test_other_rates_leave_the_stars_behind(site, telescope, rate, arcseconds):
    """The hour angle grows at the rate, so the right ascension by the difference to the sidereal rate."""
    assert rate in telescope.TrackingRates
    telescope.TrackingRate = rate
    assert telescope.TrackingRate == rate
    expected = (15.0410686 - arcseconds) / 15.0 * 1000.0
    assert drift(site, telescope, 1000.0)[0] == pytest.approx(expected, rel=0.03, abs=0.02)


def test_rates_that_are_none_are_refused(running, wire):
    for rate in (-1, 4, 5):
        answer = wire.put("/api/v1/telescope/0/trackingrate", {"TrackingRate": rate})
        assert answer.status == 400 or answer.error == 0x401


@pytest.mark.parametrize("arcseconds", [0.05, -0.05, 40.0, -40.0])
def test_an_offset_in_right_ascension(site, telescope, arcseconds):
    """In seconds of right ascension each sidereal second, over ten seconds."""
    rate = arcseconds / 15.0 * SIDEREAL
    telescope.RightAscensionRate = rate
    assert telescope.RightAscensionRate == pytest.approx(rate)
    assert not telescope.Slewing
    site.wait(1.0)
    moved, across = drift(site, telescope, 10.0)
    assert moved * 15.0 == pytest.approx(arcseconds * 10.0, abs=0.02)
    assert across == pytest.approx(0.0, abs=0.01)
    telescope.RightAscensionRate = 0.0
    site.wait(1.0)
    assert drift(site, telescope, 10.0) == pytest.approx((0.0, 0.0), abs=0.01)


@pytest.mark.parametrize("arcseconds", [0.05, -0.05, 40.0, -40.0])
def test_an_offset_in_declination(site, telescope, arcseconds):
    """In arcseconds each second, over ten seconds."""
    telescope.DeclinationRate = arcseconds
    assert telescope.DeclinationRate == pytest.approx(arcseconds)
    assert not telescope.Slewing
    site.wait(1.0)
    assert drift(site, telescope, 10.0) == pytest.approx((0.0, arcseconds * 10.0), abs=0.02)


def test_offsets_on_the_other_side_of_the_pier(site, telescope):
    telescope.SlewToCoordinatesAsync((telescope.SiderealTime + 3.0) % 24.0, -30.0)
    site.wait_until(lambda: not telescope.Slewing)
    assert telescope.SideOfPier == PierSide.pierWest
    telescope.RightAscensionRate, telescope.DeclinationRate = 0.5, -20.0
    site.wait(1.0)
    assert drift(site, telescope, 10.0) == pytest.approx((0.5 * 10.0 / SIDEREAL, -200.0), abs=0.05)


def test_a_slew_keeps_the_offsets(site, telescope):
    telescope.DeclinationRate = 10.0
    telescope.SlewToCoordinatesAsync((telescope.SiderealTime - 2.0) % 24.0, -20.0)
    site.wait_until(lambda: not telescope.Slewing)
    assert telescope.DeclinationRate == 10.0
    site.wait(1.0)
    assert drift(site, telescope, 10.0) == pytest.approx((0.0, 100.0), abs=0.05)


def test_offsets_need_the_sidereal_rate(telescope):
    telescope.TrackingRate = DriveRates.driveLunar
    with pytest.raises(InvalidOperationException):
        telescope.RightAscensionRate = 0.1
    with pytest.raises(InvalidOperationException):
        telescope.DeclinationRate = 0.1
    telescope.TrackingRate = DriveRates.driveSidereal
    telescope.RightAscensionRate = 0.1


@pytest.mark.parametrize("hour_angle", [3.0, -3.0])
@pytest.mark.parametrize(
    ("direction", "east", "north"),
    [
        (GuideDirections.guideNorth, 0, 1),
        (GuideDirections.guideSouth, 0, -1),
        (GuideDirections.guideEast, 1, 0),
        (GuideDirections.guideWest, -1, 0),
    ],
)
def test_a_pulse_moves_by_rate_times_time(site, telescope, direction, east, north, hour_angle):
    """East is where right ascensions grow; on either side of the pier."""
    telescope.SlewToCoordinatesAsync((telescope.SiderealTime - hour_angle) % 24.0, -30.0)
    site.wait_until(lambda: not telescope.Slewing)
    site.wait(2.0)
    hours, degrees = telescope.RightAscension, telescope.Declination
    telescope.PulseGuide(direction, 5000)
    assert telescope.IsPulseGuiding
    assert not telescope.Slewing
    site.wait(4.9)
    assert telescope.IsPulseGuiding
    site.wait(0.2)
    assert not telescope.IsPulseGuiding
    site.wait(1.0)
    moved_east = (telescope.RightAscension - hours) * 15.0 * ARCSECONDS
    moved_north = (telescope.Declination - degrees) * ARCSECONDS
    assert moved_east == pytest.approx(east * telescope.GuideRateRightAscension * ARCSECONDS * 5.0, abs=1.0)
    assert moved_north == pytest.approx(north * telescope.GuideRateDeclination * ARCSECONDS * 5.0, abs=1.0)


def test_both_axes_are_guided_at_once(site, telescope):
    hours, degrees = telescope.RightAscension, telescope.Declination
    telescope.PulseGuide(GuideDirections.guideEast, 2000)
    telescope.PulseGuide(GuideDirections.guideNorth, 4000)
    site.wait(3.0)
    assert telescope.IsPulseGuiding
    site.wait(2.0)
    assert not telescope.IsPulseGuiding
    assert (telescope.RightAscension - hours) * 15.0 == pytest.approx(
        telescope.GuideRateRightAscension * 2.0, rel=0.1
    )
    assert telescope.Declination - degrees == pytest.approx(telescope.GuideRateDeclination * 4.0, rel=0.1)


def test_guide_rates_can_be_set(site, telescope):
    telescope.GuideRateDeclination = 0.001
    telescope.GuideRateRightAscension = 0.0015
    assert telescope.GuideRateDeclination == pytest.approx(0.001)
    assert telescope.GuideRateRightAscension == pytest.approx(0.0015)
    degrees = telescope.Declination
    telescope.PulseGuide(GuideDirections.guideNorth, 2000)
    site.wait(4.0)
    assert telescope.Declination - degrees == pytest.approx(0.002, rel=0.05)
    for rate in (-0.001, 100.0):
        with pytest.raises(InvalidValueException):
            telescope.GuideRateDeclination = rate


def test_pulses_that_are_none_are_refused(running, wire):
    assert wire.put("/api/v1/telescope/0/unpark").error == 0
    for pairs in (
        {"Direction": 4, "Duration": 100},
        {"Direction": -1, "Duration": 100},
        {"Direction": 0, "Duration": -1},
    ):
        assert wire.put("/api/v1/telescope/0/pulseguide", pairs).error == 0x401


@pytest.mark.parametrize("axis", [TelescopeAxes.axisPrimary, TelescopeAxes.axisSecondary])
def test_an_axis_moves_at_its_rate_until_it_is_stopped(site, telescope, axis):
    assert telescope.CanMoveAxis(axis)
    rates = telescope.AxisRates(axis)
    fastest = max(rate.Maximum for rate in rates)
    assert all(0.0 <= rate.Minimum < rate.Maximum for rate in rates)
    for beyond in (fastest * 1.01, -fastest * 1.01):
        with pytest.raises(InvalidValueException):
            telescope.MoveAxis(axis, beyond)
    telescope.MoveAxis(axis, 0.5)
    assert telescope.Slewing
    site.wait(2.0)
    before = telescope.RightAscension * 15.0, telescope.Declination
    site.wait(4.0)
    assert telescope.Slewing
    after = telescope.RightAscension * 15.0, telescope.Declination
    went = [abs(b - a) for a, b in zip(before, after, strict=True)][axis]
    assert went == pytest.approx(2.0, rel=0.02)
    telescope.MoveAxis(axis, 0.0)
    site.wait_until(lambda: not telescope.Slewing, at_most=10.0)
    assert telescope.Tracking
    assert drift(site, telescope, 100.0) == pytest.approx((0.0, 0.0), abs=0.05)


def test_after_moving_an_axis_tracking_is_as_it_was(site, telescope):
    telescope.Tracking = False
    telescope.MoveAxis(TelescopeAxes.axisPrimary, -1.0)
    site.wait(1.0)
    telescope.MoveAxis(TelescopeAxes.axisPrimary, 0.0)
    site.wait_until(lambda: not telescope.Slewing, at_most=10.0)
    assert not telescope.Tracking


def test_an_abort_stops_an_axis(site, telescope):
    telescope.MoveAxis(TelescopeAxes.axisSecondary, 1.0)
    site.wait(1.0)
    telescope.AbortSlew()
    site.wait_until(lambda: not telescope.Slewing, at_most=10.0)
    assert telescope.Tracking
    assert drift(site, telescope, 10.0) == pytest.approx((0.0, 0.0), abs=0.05)


def test_there_is_no_third_axis(running, wire, telescope):
    assert not telescope.CanMoveAxis(TelescopeAxes.axisTertiary)
    assert telescope.AxisRates(TelescopeAxes.axisTertiary) == []
    with pytest.raises(NotImplementedException):
        telescope.MoveAxis(TelescopeAxes.axisTertiary, 0.0)
    for member, pairs in (("canmoveaxis", {"Axis": 3}), ("axisrates", {"Axis": -1})):
        assert wire.get(f"/api/v1/telescope/0/{member}", pairs).error == 0x401
    assert wire.put("/api/v1/telescope/0/moveaxis", {"Axis": 7, "Rate": 0.0}).error == 0x401


def test_the_sidereal_time_is_that_of_the_place_and_the_date(site):
    """By the mean sidereal time of Greenwich (Meeus, Astronomical Algorithms, 12.4), without nutation."""
    telescope = site.telescope
    for _ in range(3):
        days = telescope.UTCDate.timestamp() / 86400.0 + 2440587.5 - 2451545.0
        greenwich = (280.46061837 + 360.98564736629 * days) / 15.0
        expected = (greenwich + telescope.SiteLongitude / 15.0) % 24.0
        apart = (telescope.SiderealTime - expected + 12.0) % 24.0 - 12.0
        assert abs(apart) * 3600.0 < 2.0
        site.wait(7200.0)


def test_the_time_is_the_worlds(site):
    found = site.telescope.UTCDate
    assert found.utcoffset().total_seconds() == 0
    assert found.timestamp() == pytest.approx(site.world.clock.time(), abs=0.001)
    for device in (site.telescope, site.switch):
        (stamp,) = [item["Value"] for item in device.DeviceState if item["Name"] == "TimeStamp"]
        assert datetime.fromisoformat(stamp) == found
    with pytest.raises(NotImplementedException):
        site.telescope.UTCDate = datetime(2026, 11, 21, 4, 5, 6, tzinfo=UTC)
    with pytest.raises(InvalidValueException):
        site.telescope.UTCDate = "yesterday"


def test_the_place_is_the_worlds(site):
    telescope, place = site.telescope, site.world.place
    assert telescope.SiteLatitude == place.latitude_degrees
    assert telescope.SiteLongitude == place.longitude_degrees
    assert telescope.SiteElevation == place.elevation_metres
    for name, value in (("SiteLatitude", 12.0), ("SiteLongitude", 12.0), ("SiteElevation", 100.0)):
        with pytest.raises(NotImplementedException):
            setattr(telescope, name, value)


def test_coordinates_are_apparent_and_without_refraction(telescope):
    """A star at an hour angle of three hours stands where spherical trigonometry puts it."""
    from math import asin, cos, degrees, radians, sin

    assert telescope.EquatorialSystem == EquatorialCoordinateType.equTopocentric
    assert telescope.DoesRefraction is False
    hour_angle = radians((telescope.SiderealTime - telescope.RightAscension) * 15.0)
    latitude, declination = radians(telescope.SiteLatitude), radians(telescope.Declination)
    sine = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle)
    assert telescope.Altitude == pytest.approx(degrees(asin(sine)), abs=0.01)


def test_settling_time_is_a_time(running, wire):
    assert wire.put("/api/v1/telescope/0/slewsettletime", {"SlewSettleTime": -1}).error == 0x401
