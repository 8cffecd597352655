"""The real stars: where they are, how they move, and what they are called."""

import numpy as np
import pytest

from ocs_sim.almanac import parse_declination, parse_right_ascension, separation_degrees
from ocs_sim.sky import NoSuchStar, SyntheticSky, named_star, named_stars

START_OF_2026 = 1_767_225_600.0


# J2000 positions and V of the Bright Star Catalogue, which is not the table's source.
@pytest.mark.parametrize(
    ("name", "ra", "dec", "magnitude"),
    [
        ("Sirius", "06:45:08.9", "-16:42:58", -1.46),
        ("Vega", "18:36:56.3", "+38:47:01", 0.03),
        ("Polaris", "02:31:48.7", "+89:15:51", 2.02),
        ("Acrux", "12:26:35.9", "-63:05:57", 0.77),
        ("Betelgeuse", "05:55:10.3", "+07:24:25", 0.50),
        ("Alpheratz", "00:08:23.3", "+29:05:26", 2.06),
        ("Zosma", "11:14:06.5", "+20:31:25", 2.56),
    ],
)
def test_named_stars_are_where_another_catalogue_has_them(name, ra, dec, magnitude):
    star = named_star(name)
    distance = separation_degrees(
        star.ra_degrees[0], star.dec_degrees[0], parse_right_ascension(ra), parse_declination(dec)
    )
    assert distance * 3600 < 1.5
    assert star.magnitude[0] == pytest.approx(magnitude, abs=0.1)


@pytest.mark.parametrize("spelled", ["rigil kentaurus", "RIGIL-KENTAURUS", "RigilKentaurus"])
def test_a_name_is_found_however_it_is_spelled(spelled):
    assert named_star(spelled).names == ("Rigil Kentaurus",)


def test_a_star_that_does_not_exist_is_answered_with_one_that_does():
    with pytest.raises(NoSuchStar, match=r"'Betelguese'.* Did you mean 'Betelgeuse'\?"):
        named_star("Betelguese")


def test_the_nearest_star_moves_as_it_does():
    then, now = named_star("Rigil Kentaurus"), named_star("Rigil Kentaurus", START_OF_2026)
    east = (now.ra_degrees[0] - then.ra_degrees[0]) * np.cos(np.radians(then.dec_degrees[0])) * 3600
    north = (now.dec_degrees[0] - then.dec_degrees[0]) * 3600
    assert (east, north) == pytest.approx((-3.6792 * 26, 0.4737 * 26), abs=0.1)


def test_a_star_at_the_pole_moves_the_right_way():
    then, now = named_star("Polaris"), named_star("Polaris", START_OF_2026)
    arc = separation_degrees(then.ra_degrees[0], then.dec_degrees[0], now.ra_degrees[0], now.dec_degrees[0])
    assert arc * 3600 == pytest.approx(26 * np.hypot(0.0445, 0.0119), abs=0.03)


def test_names_are_there_once_and_all_over_the_sky():
    stars = named_stars()
    assert len(set(stars.names)) == len(stars) > 200
    assert (np.diff(stars.magnitude) >= 0).all()
    assert np.count_nonzero(stars.dec_degrees < -30) > 30


def test_the_eye_sees_as_many_stars_as_it_does():
    everything = SyntheticSky().stars_near(0, 0, 180, 6.0)
    brighter = [np.count_nonzero(everything.magnitude < limit) for limit in (2.0, 4.0, 6.0)]
    # The Bright Star Catalogue has 49, 518 and 5080 (its variable stars at other phases).
    assert brighter == pytest.approx([49, 518, 5080], rel=0.04)


def test_orion_has_its_belt():
    belt = SyntheticSky().stars_near(84.05, -1.2, 2.0, 2.5)
    assert set(belt.names) == {"Alnitak", "Alnilam", "Mintaka"}
