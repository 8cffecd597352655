"""The invented stars: realistic in number, and the same ones from wherever one looks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.almanac import galactic_to_icrs, separation_degrees
from ocs_sim.sky import SyntheticSky
from ocs_sim.sky._bright import bright_stars
from ocs_sim.sky._grid import EqualAreaGrid

ALL_SKY_SQUARE_DEGREES = 41_253.0
PINNED_NUMBER = 10
PINNED_STAR = (150.025849990, 19.989503219, 9.807959620)
declinations = st.one_of(
    st.floats(-90, 90),
    st.sampled_from([-90.0, -89.9, 0.0, 89.95, 90.0]),
    st.floats(89, 90),
    st.floats(-90, -89),
)
right_ascensions = st.one_of(st.floats(0, 360), st.sampled_from([0.0, 359.9999, 360.0, 1e-9]))


@pytest.fixture(scope="module")
def sky():
    return SyntheticSky()


def rows(stars):
    return set(zip(stars.ra_degrees, stars.dec_degrees, stars.magnitude, stars.colour, strict=True))


def distances(stars, ra, dec):
    return separation_degrees(stars.ra_degrees, stars.dec_degrees, ra, dec)


def test_the_sky_has_one_star_per_square_degree_to_magnitude_eight(sky):
    assert len(sky.stars_near(0, 0, 180, 8.0)) / ALL_SKY_SQUARE_DEGREES == pytest.approx(1.0, abs=0.12)


def test_counts_rise_as_in_the_real_sky(sky):
    """Without the real bright stars the law is exact but for luck."""
    stars = sky.stars_near(100, 30, 12, 13.0).magnitude
    shallow, deep = (np.count_nonzero((stars > 8) & (stars <= limit)) for limit in (10.5, 13.0))
    law = [10 ** (0.34 * (limit - 8)) - 1 for limit in (10.5, 13.0)]
    assert deep / shallow == pytest.approx(law[1] / law[0], rel=4 / np.sqrt(shallow))


def test_the_milky_way_is_crowded(sky):
    plane, pole = (
        len(sky.stars_near(*galactic_to_icrs(80.0, latitude), 1.0, 16.0)) for latitude in (0.0, 89.0)
    )
    assert 4.0 < plane / pole < 6.0


def test_it_is_the_same_sky_for_everybody(sky):
    """These are invented, but whoever has solved a field of them wants to find them again."""
    stars = sky.stars_near(150.0, 20.0, 0.2, 14.0)
    assert len(stars) == PINNED_NUMBER
    assert (stars.ra_degrees[0], stars.dec_degrees[0], stars.magnitude[0]) == pytest.approx(
        PINNED_STAR, abs=1e-9
    )


@settings(deadline=None)
@given(right_ascensions, declinations, st.floats(0, 0.5), st.floats(0, 2 * np.pi))
def test_neighbouring_fields_agree_about_what_both_see(sky, ra, dec, shift, angle):
    other_dec = float(np.clip(dec + shift * np.cos(angle), -90, 90))
    other_ra = ra + shift * np.sin(angle) / max(np.cos(np.radians(dec)), 0.01)
    one = sky.stars_near(ra, dec, 0.8, 12.5)
    other = sky.stars_near(other_ra, other_dec, 0.6, 12.5)
    both = [
        rows(
            stars[
                (distances(stars, ra, dec) < 0.8 - 1e-9)
                & (distances(stars, other_ra, other_dec) < 0.6 - 1e-9)
            ]
        )
        for stars in (one, other)
    ]
    assert both[0] == both[1]


@settings(deadline=None)
@given(right_ascensions, declinations, st.floats(8, 14), st.floats(0, 2))
def test_a_deeper_look_finds_the_same_stars_and_fainter_ones(sky, ra, dec, limit, deeper):
    shallow, deep = (sky.stars_near(ra, dec, 0.3, magnitude) for magnitude in (limit, limit + deeper))
    assert rows(deep[deep.magnitude <= limit]) == rows(shallow)


@settings(deadline=None)
@given(right_ascensions, declinations, st.floats(0.01, 3))
def test_what_is_asked_for_is_within_the_circle_and_sorted(sky, ra, dec, radius):
    stars = sky.stars_near(ra, dec, radius, 10.0)
    assert (distances(stars, ra, dec) <= radius + 1e-9).all()
    assert (np.diff(stars.magnitude) >= 0).all()
    assert ((stars.ra_degrees >= 0) & (stars.ra_degrees < 360)).all()
    assert np.isfinite(stars.colour).all()


@pytest.mark.parametrize("dec", [-90.0, -45.0, 0.0, 70.0, 90.0])
def test_no_part_of_the_circle_is_empty(sky, dec):
    """A cell that was forgotten would leave a hole: no hole is larger than chance makes it."""
    stars = sky.stars_near(359.9, dec, 1.0, 17.0)
    east = (stars.ra_degrees - 359.9 + 180) % 360 - 180
    place = np.column_stack([east * np.cos(np.radians(stars.dec_degrees)), stars.dec_degrees - dec])
    quadrants = [np.count_nonzero((place[:, 0] > 0) == right) for right in (True, False)]
    assert min(quadrants) / max(quadrants) > 0.9


def test_no_star_is_invented_beside_a_real_one(sky):
    for ra, dec in zip(
        *(getattr(bright_stars().stars[:40], name) for name in ("ra_degrees", "dec_degrees")), strict=True
    ):
        around = sky.stars_near(ra, dec, 29 / 3600, 20.0)
        assert around.magnitude.max() < 6.5


def test_nothing_is_invented_that_the_eye_could_see(sky):
    stars = sky.stars_near(0, 0, 180, 6.0)
    assert set(stars.magnitude) <= set(bright_stars().stars.magnitude)


def test_colours_are_those_of_stars(sky):
    colours = sky.stars_near(80, 40, 3, 12).colour
    assert -0.3 < colours.min() < 0.1
    assert 0.5 < np.median(colours) < 0.8
    assert 1.2 < colours.max() < 1.8


@settings(deadline=None)
@given(
    st.floats(0.4, 30),
    right_ascensions,
    declinations,
    st.floats(0.001, 5),
    st.floats(0, 1),
    st.floats(0, 2 * np.pi),
)
def test_cells_cover_the_circle(size, ra, dec, radius, part, angle):
    from ocs_sim.almanac import offset_by

    point_ra, point_dec = offset_by(ra % 360, dec, np.degrees(angle), part * radius)
    sine = np.sin(np.radians(point_dec))
    cells = EqualAreaGrid(size).cells_near(ra, dec, radius)
    assert any(
        cell.south_sine - 1e-12 <= sine <= cell.north_sine + 1e-12
        and (point_ra - cell.west_degrees + 1e-9) % 360 <= cell.width_degrees + 2e-9
        for cell in cells
    )


@pytest.mark.parametrize("size", [0.5, 3.0, 20.0])
def test_cells_have_one_area_and_are_there_once(size):
    grid = EqualAreaGrid(size)
    cells = list(grid.cells_near(10, 5, 180))
    assert len({cell.number for cell in cells}) == len(cells)
    areas = [np.radians(cell.width_degrees) * (cell.north_sine - cell.south_sine) for cell in cells]
    assert np.degrees(np.degrees(areas)) == pytest.approx(grid.cell_square_degrees)
    assert sum(areas) == pytest.approx(4 * np.pi)
