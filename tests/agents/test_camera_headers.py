"""Headers have what other agents said while the shutter was open, and say what they have not."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from ocs_sim.agent import Agent, Feed
from ocs_sim.images import check_image
from ocs_sim.testing import AgentHarness
from tests.agents.camera_bench import camera, observatory, point, text


class Teller(Agent):
    """Publishes what a test tells it to, on the feeds of mount, dome and weather."""

    pointing = Feed("pointing", record=True)
    dome = Feed("dome", record=True)
    conditions = Feed("conditions", record=True)


@pytest.fixture(scope="module")
def served():
    with observatory() as served:
        yield served


@pytest.fixture
def teller(bus):
    with AgentHarness(Teller, instance_id="all", bus=bus) as teller:
        yield teller


@pytest.fixture
def cam(served, bus, teller, tmp_path):
    agents = [
        "--mount",
        "all",
        "--dome",
        "all",
        "--weather",
        "all",
        "--stale-after",
        "30",
        "--read-noise",
        "6",
    ]
    with camera(served, tmp_path, *agents, bus=bus) as cam:
        yield cam


def tell(teller, feed, values, age_seconds=0.0):
    publisher = teller.agent.feeds[feed]
    publisher.publish_block(feed, values, teller.clock.time() - age_seconds)
    publisher.flush()
    teller.bus.flush()


def tell_pointing(teller, served, **more):
    """Publish where the mount of the world says that it points."""
    mount, now = served.world.mount, np.array([served.world.now()])
    ra, dec = (float(each[0]) for each in mount.commanded(now))
    side = {"east": 0, "west": 1}[mount.pier_side]
    tell(
        teller,
        "pointing",
        {"ra": ra, "dec": dec, "pier_side": side, "airmass": 1.25, "tracking": True, **more},
    )


def take(cam, **params):
    reply = cam.run("expose", **{"seconds": 0.5, "filter": "L", **params})
    assert reply.session["success"], text(reply)
    return reply, fits.open(reply.session["data"]["files"][0])


def test_what_was_heard_is_in_the_header(served, cam, teller):
    tell_pointing(teller, served, target_ra=12.5, target_dec=-20.25)
    tell(teller, "dome", {"azimuth": 123.5, "shutter": 0})
    tell(teller, "conditions", {"temperature": 9.5, "humidity": 30.0, "wind_speed": float("nan")})
    _, image = take(cam, object="M 1")
    with image:
        header = image[0].header
    assert (header["DOMEAZ"], header["DOMESHUT"], header["AMBTEMP"], header["HUMIDITY"]) == (
        123.5,
        "OPEN",
        9.5,
        30.0,
    )
    assert "WINDSPD" not in header
    assert (header["AMSTART"], header["AMEND"], header["TRACKING"]) == (1.25, 1.25, True)
    assert header["ALTITUDE"] == pytest.approx(served.world.mount.altitude_degrees, abs=0.5)
    assert header["AIRMASS"] == pytest.approx(1.0, abs=0.05)
    assert header["OBJCTRA"].startswith("00 50 00")
    assert "NOTHEARD" not in header
    assert check_image(Path(cam.status("expose").session["data"]["files"][0])) == []


def test_an_image_that_was_taken_on_the_way_elsewhere_says_so(served, cam, teller):
    tell_pointing(teller, served, slewing=True)
    _, image = take(cam)
    with image:
        assert image[0].header["SLEWING"] is True
    tell_pointing(teller, served, slewing=False)
    _, image = take(cam)
    with image:
        assert "SLEWING" not in image[0].header


def test_what_is_stale_or_was_never_said_is_left_out_and_that_is_told(served, cam, teller):
    tell_pointing(teller, served)
    tell(teller, "dome", {"azimuth": 123.5, "shutter": 0}, age_seconds=100.0)
    reply, image = take(cam)
    with image:
        header = image[0].header
    assert "DOMEAZ" not in header
    assert "AMBTEMP" not in header
    assert header["NOTHEARD"].startswith("all was silent for 10")
    assert any("Not in the files: all was silent" in each for _, each in reply.session["messages"])


@pytest.mark.parametrize(("hours_west", "side"), [(1.5, "east"), (-1.5, "west")])
def test_the_commanded_wcs_finds_the_stars_but_for_the_pointing_error(served, cam, teller, hours_west, side):
    point(served, served.world.catalogue, hours_west)
    assert served.world.mount.pier_side == side
    cam.run("set_rotator", degrees=30.0)
    tell_pointing(teller, served)
    _, image = take(cam, binning=2)
    truth = served.world.camera.truth().sky
    with image:
        wcs = WCS(image[0].header)
    x, y = wcs.world_to_pixel_values(truth.stars.ra_degrees, truth.stars.dec_degrees)
    assert len(x) > 5
    off = np.array([truth.stars.x - x, truth.stars.y - y]) * 2.0
    # Two arcminutes of pointing error, which moves all stars alike, and next to no rotation.
    assert np.hypot(*off.mean(axis=1)) < 150
    assert np.abs(off - off.mean(axis=1, keepdims=True)).max() < 1.0
