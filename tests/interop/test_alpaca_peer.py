"""Our agents and the Alpaca simulators of others: what an observatory does in a night."""

import numpy as np
import pytest
from astropy.io import fits
from ocs_sim.agents.dome import Dome
from ocs_sim.agents.weather import Weather

from tests.interop import alpaca_peer as theirs
from tests.interop.alpaca_peer import peer
from tests.interop.watched import POLL, camera_of, mount_of, watched

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server(alpaca_peer_python, tmp_path_factory):
    with peer(alpaca_peer_python, tmp_path_factory.mktemp("peer"), is_parked=True) as server:
        yield server


@pytest.fixture
def mount(server):
    with mount_of(server) as mount:
        yield mount


def test_a_mount_unparks_slews_tracks_and_parks(mount):
    assert "The mount is parked" in mount.fails("goto", ra=100.0, dec=75.0)
    assert mount.does("unpark") == "Unparked."
    mount.does("goto", ra=100.0, dec=75.0)
    sample = mount.sample
    assert (sample["ra"], sample["dec"]) == pytest.approx((100.0, 75.0), abs=1 / 3600)
    assert (sample["tracking"], sample["slewing"], sample["at_park"], sample["pier_side"]) == (1, 0, 0, 1)
    assert abs(sample["clock_offset"]) < 2.0
    mount.does("offset", north=60.0)
    assert mount.sample["dec"] == pytest.approx(75.0 + 60 / 3600, abs=1 / 3600)
    assert "below" in mount.fails("goto", ra=100.0, dec=-85.0)
    mount.does("track", on=False)
    assert mount.sample["tracking"] == 0
    mount.does("park")
    assert mount.sample["at_park"] == 1


def test_a_mount_goes_to_an_altitude_home_and_stops(mount):
    mount.does("unpark")
    mount.does("goto_altaz", alt=40.0, az=10.0)
    sample = mount.sample
    assert (sample["altitude"], sample["azimuth"]) == pytest.approx((40.0, 10.0), abs=0.05)
    mount.harness.start("goto", ra=100.0, dec=75.0)
    mount.harness.until(lambda: mount.sample["slewing"] == 1)
    assert mount.does("stop") == "Stopped."
    assert mount.harness.wait("goto").session["success"] is False
    assert (mount.sample["slewing"], mount.sample["tracking"]) == (0, 0)
    mount.does("home")
    assert mount.sample["at_home"] == 1


def test_a_dome_turns_opens_and_closes(server):
    with watched(Dome, server, "dome", "--dome", str(theirs.DOME), *POLL) as dome:
        assert (dome.sample["azimuth"], dome.sample["shutter"]) == (200.0, 1)
        assert dome.does("open") == "Open."
        dome.harness.start("set_azimuth", azimuth=230.0)
        dome.harness.until(lambda: dome.sample["slewing"] == 1)
        assert dome.does("stop") == "Stopped."
        assert dome.harness.wait("set_azimuth").session["success"] is False
        assert (dome.sample["slewing"], dome.sample["shutter"]) == (0, 0)
        dome.does("set_azimuth", azimuth=215.0)
        assert dome.sample["azimuth"] == 215.0
        dome.does("home")
        assert dome.sample["at_home"] == 1
        dome.does("park")
        sample = dome.sample
        assert (sample["azimuth"], sample["shutter"], sample["at_park"]) == (90.0, 1, 1)


def test_the_weather_is_told(server):
    devices = ("--observingconditions", str(theirs.STATION), "--safetymonitor", str(theirs.MONITOR))
    with watched(Weather, server, "conditions", *devices) as weather:
        sample = weather.sample
        told = (sample["temperature"], sample["humidity"], sample["wind_speed"], sample["safe"])
        assert told == (8.25, 33.0, 7.5, 1)
        assert weather.does("conditions", refresh=True) == "It is safe."


@pytest.fixture
def camera(server, tmp_path):
    with camera_of(server, tmp_path) as camera:
        yield camera


def test_what_is_around_a_camera_moves(camera):
    assert camera.sample["focus_temperature"] == 8.5
    assert camera.does("set_filter", filter="sloan R") == "Filter Sloan r."
    assert camera.sample["filter"] == 1
    # By as much as the wheel says that these two differ.
    assert camera.sample["focus_position"] == 900 + 40 - -15
    camera.does("set_focus", position=2500)
    assert camera.sample["focus_position"] == 2500
    assert "0 to 3000" in camera.fails("set_focus", position=3001)
    camera.does("set_rotator", degrees=123.5)
    assert camera.sample["rotator_angle"] == pytest.approx(123.5)
    camera.does("open_cover")
    assert camera.does("calibrator_on") == "Calibrator on at 99."
    camera.does("calibrator_off")
    camera.does("close_cover")
    assert camera.does("set_cooler", celsius=theirs.SETTLED_CELSIUS, wait=True).startswith("Cold: -4")
    assert camera.sample["set_point"] == theirs.SETTLED_CELSIUS
    camera.does("set_cooler", on=False)
    assert camera.sample["cooler_on"] == 0


def test_images_come_upright_with_their_header(camera):
    camera.does("expose", seconds=0.05, filter=0, count=2)
    first, second = camera.harness.status("expose").session["data"]["files"]
    with fits.open(first, checksum=True) as image:
        header, pixels = image[0].header, image[0].data
    assert pixels.shape == (theirs.HEIGHT, theirs.WIDTH)
    # The only star has its place in rows and columns: an image that was turned would have it elsewhere.
    light = np.clip(pixels - 2.0 * np.median(pixels), 0, None)
    row, column = ((light * each).sum() / light.sum() for each in np.indices(pixels.shape))
    assert row == pytest.approx(theirs.HEIGHT / 2 + theirs.STAR_ROWS, abs=3)
    assert column == pytest.approx(theirs.WIDTH / 2 + theirs.STAR_COLUMNS, abs=3)
    told = (header["FILTER"], header["EXPTIME"], header["GAIN"], header["FOCALLEN"])
    assert told == ("Sloan g", 0.05, 2.5, 1400.0)
    assert first != second


def test_a_part_of_the_sensor_binned(camera):
    camera.does("expose", seconds=0.1, binning=2, subframe=[10, 5, 40, 20], image_type="dark")
    with fits.open(camera.harness.status("expose").session["data"]["files"][0]) as image:
        assert image[0].data.shape == (20, 40)


def test_an_aborted_exposure_leaves_an_idle_camera(camera):
    camera.harness.start("expose", seconds=30.0)
    camera.harness.until(lambda: camera.sample["state"] == 2)
    camera.harness.abort("expose")
    assert camera.harness.wait("expose").session["success"] is False
    assert camera.sample["state"] == 0
