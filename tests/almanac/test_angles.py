"""Angles as text, distances on the sphere, and airmass."""

import numpy as np
import pytest

from ocs_sim.almanac import (
    BadAngle,
    airmass,
    format_declination,
    format_degrees,
    format_hours,
    format_right_ascension,
    offset_by,
    parse_angle,
    parse_declination,
    parse_right_ascension,
    position_angle_degrees,
    separation_degrees,
)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("05:35:17.3", 83.8220833),
        ("5h35m17.3s", 83.8220833),
        ("5 35 17.3", 83.8220833),
        (" 5h 35m ", 83.75),
        ("12h", 180.0),
        ("83.82", 83.82),
        ("83d49m15.5s", 83.8209722),
        ("24:00:00", 0.0),
        (83.82, 83.82),
        (0, 0.0),
    ],
)
def test_right_ascensions_that_people_write(text, degrees):
    assert parse_right_ascension(text) == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("-05:23:28", -5.3911111),
        ("-0:30", -0.5),
        ("+89 15 51", 89.2641667),
        ("-5d23m28s", -5.3911111),
        ("\u22125\u00b023\u203228\u2033", -5.3911111),
        ("-5.39", -5.39),
        (-5, -5.0),
    ],
)
def test_declinations_that_people_write(text, degrees):
    assert parse_declination(text) == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize(
    "text", ["", "north", "5:61:00", "5:10:60", "5:6:7:8", "1e3", "--5", "5.5.5", float("nan")]
)
def test_what_is_no_angle_is_named(text):
    with pytest.raises(BadAngle, match="is no declination"):
        parse_declination(text)


@pytest.mark.parametrize(
    ("parse", "text"), [(parse_declination, "90:00:01"), (parse_right_ascension, "24:00:01")]
)
def test_what_is_beyond_the_sphere_is_refused(parse, text):
    with pytest.raises(BadAngle, match="must be"):
        parse(text)


def test_text_of_plain_angles_is_degrees():
    assert parse_angle("200:30") == 200.5
    assert parse_angle("-12h30m") == -187.5


@pytest.mark.parametrize("degrees", np.linspace(0.0, 359.9999, 37))
def test_what_is_written_is_read_back(degrees):
    assert parse_right_ascension(format_right_ascension(degrees, 4)) == pytest.approx(degrees, abs=1e-6)
    declination = degrees / 2.0 - 90.0
    assert parse_declination(format_declination(declination, 3)) == pytest.approx(declination, abs=1e-6)


def test_rounding_never_shows_60():
    assert format_hours(5.99999999) == "06:00:00.00"
    assert format_hours(23.99999999) == "00:00:00.00"
    assert format_degrees(-0.99999999, 0) == "-01:00:00"
    assert format_degrees(-5.3911111) == "-05:23:28.0"


def test_where_one_gets_by_going_is_where_one_looked():
    rng = np.random.default_rng(1)
    ra, dec = rng.uniform(0, 360, 200), rng.uniform(-89, 89, 200)
    angle, distance = rng.uniform(0, 360, 200), rng.uniform(1e-4, 120, 200)
    there = offset_by(ra, dec, angle, distance)
    assert np.allclose(separation_degrees(ra, dec, *there), distance, atol=1e-9)
    turned = position_angle_degrees(ra, dec, *there) - angle
    assert np.allclose((turned + 180) % 360, 180, atol=1e-6)


def test_north_is_0_and_east_is_90():
    assert offset_by(10.0, 0.0, 0.0, 1.0) == pytest.approx((10.0, 1.0))
    assert offset_by(10.0, 0.0, 90.0, 1.0) == pytest.approx((11.0, 0.0))


@pytest.mark.parametrize(
    ("altitude", "expected"), [(90.0, 1.0), (60.0, 1.1539), (30.0, 1.9927), (10.0, 5.58)]
)
def test_airmass_is_near_the_secant_and_less_at_the_horizon(altitude, expected):
    assert airmass(altitude) == pytest.approx(expected, rel=0.003)


def test_airmass_of_the_horizon_and_below():
    assert airmass(0.0) == pytest.approx(38.7, abs=0.1)
    assert airmass(-20.0) == airmass(0.0)
    assert np.all(np.diff(airmass(np.linspace(0, 90, 100))) < 0)
