"""The light of the night, what clouds and air take, and how they blur."""

import numpy as np
import pytest

from ocs_sim.almanac import moon, sun
from ocs_sim.world._atmosphere_light import airglow_magnitudes, twilight_gradient, twilight_magnitudes
from ocs_sim.world._moonlight import (
    magnitudes,
    moon_illuminance,
    moonlight_nanolamberts,
    nanolamberts,
    scattering,
)
from ocs_sim.world._optics_profile import FilterProfile
from tests.world.observing import closed_world


def test_units_of_surface_brightness_are_those_of_the_paper():
    # Krisciunas & Schaefer: 21.587 V magnitudes per square arcsecond are 79.0 nanolamberts.
    assert float(nanolamberts(21.587)) == pytest.approx(79.0, abs=0.5)
    assert float(magnitudes(nanolamberts(19.3))) == pytest.approx(19.3)


def test_moonlight_by_hand():
    assert float(moon_illuminance(0.0)) == pytest.approx(10 ** (-0.4 * 3.84))
    # f(90) = 10^5.36 * 1.06 + 10^(6.15 - 2.25)
    assert float(scattering(90.0)) == pytest.approx(229086.77 * 1.06 + 7943.28, rel=1e-5)
    assert float(scattering(5.0)) > 6.2e7 / 25


def moonlit_magnitudes(phase_angle, separation, moon_altitude=60.0):
    light = moonlight_nanolamberts(
        phase_angle_degrees=phase_angle,
        moon_altitude_degrees=moon_altitude,
        altitude_degrees=60.0,
        separation_degrees=separation,
        extinction_magnitudes=0.172,
    )
    return float(magnitudes(nanolamberts(21.7) + light))


def test_the_full_moon_drowns_the_sky_as_is_known():
    assert moonlit_magnitudes(0.0, 60.0) == pytest.approx(18.0, abs=0.5)
    assert moonlit_magnitudes(90.0, 60.0) == pytest.approx(20.6, abs=0.5)
    assert moonlit_magnitudes(170.0, 60.0) == pytest.approx(21.7, abs=0.05)
    assert moonlit_magnitudes(0.0, 60.0, moon_altitude=-1.0) == pytest.approx(21.7, abs=1e-6)


def test_the_sky_is_brighter_near_the_moon():
    brightness = [moonlit_magnitudes(20.0, separation) for separation in (2, 9, 15, 40, 80)]
    assert brightness == sorted(brightness)


def test_twilight_follows_the_measured_curve():
    assert float(twilight_magnitudes(np.array(-5.0))) == pytest.approx(11.84)
    assert float(twilight_magnitudes(np.array(-10.0))) == pytest.approx(11.84 + 7.59 - 1.425)
    altitudes = np.linspace(20, -25, 200)
    assert np.all(np.diff(twilight_magnitudes(altitudes)) >= 0)
    assert np.abs(np.diff(twilight_magnitudes(altitudes))).max() < 0.4, "nowhere it jumps"
    assert float(twilight_magnitudes(np.array(-18.0))) > 23.5
    assert float(twilight_magnitudes(np.array(45.0))) == 4.0


def test_twilight_is_brighter_above_the_sun():
    assert float(twilight_gradient(np.array(90.0), np.array(0.0))) == pytest.approx(1.0)
    towards, away = twilight_gradient(np.array([20.0, 20.0]), np.array([0.0, 180.0]))
    assert towards > 2 * away > 0


def test_airglow_grows_towards_the_horizon():
    zenith, low = airglow_magnitudes(21.6, np.array([90.0, 30.0]), 0.15)
    assert zenith == pytest.approx(21.6)
    assert 20.9 < low < 21.4


def noon_and_night(world):
    hours = world.now() + 3600 * np.arange(24)
    heights = np.asarray(sun(world.place, hours).altitude_degrees)
    return hours[heights.argmax()], hours[heights.argmin()]


def test_day_and_night():
    world = closed_world(64, start="2026-11-10T05:00:00Z", **{"weather.cloudiness": -9.0})
    noon, night = noon_and_night(world)
    where = np.full(2, 80.0), np.full(2, 180.0)
    bright, dark = world.atmosphere.sky_brightness(np.array([noon, night]), *where)
    assert bright < 5.0
    assert 21.0 < dark < 22.0
    assert float(world.atmosphere.sky_brightness(night, 80.0, 180.0)) == pytest.approx(dark)


def test_the_moon_of_the_date_counts():
    world = closed_world(64, start="2026-11-24T03:30:00Z", **{"weather.cloudiness": -9.0})
    body = moon(world.place, world.now())
    assert body.altitude_degrees > 20
    assert body.illuminated_fraction > 0.9
    assert float(world.atmosphere.sky_brightness(world.now(), 80.0, 180.0)) < 19.5


def test_clouds_take_light_of_stars_and_dim_a_dark_sky():
    world = closed_world(64, **{"weather.cloudiness": -9.0})
    filter_ = FilterProfile("R", extinction_magnitudes=0.1, sky_magnitude=20.9)
    ask = world.now(), 90.0, 0.0
    clear = float(world.atmosphere.extinction_magnitudes(*ask[:2], filter_))
    dark = float(world.atmosphere.sky_brightness(*ask, filter_))
    assert clear == pytest.approx(0.1, abs=0.002)
    world.faults.inject("weather.cloud", percent=100.0)
    world.clock.advance(60)
    ask = world.now(), 90.0, 0.0
    assert float(world.atmosphere.extinction_magnitudes(*ask[:2], filter_)) == pytest.approx(6.1, abs=0.1)
    assert float(world.atmosphere.sky_brightness(*ask, filter_)) > dark + 1


def test_seeing_grows_with_air_and_shrinks_with_wavelength():
    world = closed_world(64)
    now = world.now()
    zenith = float(world.atmosphere.seeing_arcseconds(now, 90.0))
    assert zenith == pytest.approx(float(world.weather.now().seeing_arcseconds))
    assert float(world.atmosphere.seeing_arcseconds(now, 30.0)) == pytest.approx(zenith * 2**0.6, rel=0.01)
    assert float(world.atmosphere.seeing_arcseconds(now, 90.0, 1000.0)) == pytest.approx(zenith * 2**-0.2)
