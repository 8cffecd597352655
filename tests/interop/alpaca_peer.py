"""Alpaca simulators that others wrote (PyPI: alpaca-simulators), in a process and environment of their own.

Their numbers, names and limits are none of ours. The camera's images need stars: by default those come from
the Gaia archive over the network, here from a file. They are taken where telescope 0 points, whatever number
the telescope has; there is none, so that this is RA 0.15, Dec 0 degrees, through 8 m of focal length.

Where they do not keep to the standard, tests look away: an aborted exposure goes on unseen and has an image
when its time is over, StopExposure stops nothing, AtHome stays true on the way from there, CloudCover is a
fraction, images come as ImageBytes to everybody, and there is no management API.
"""

import signal
import sqlite3
import subprocess
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import yaml

from ocs_sim.testing import free_port, wait_until

TELESCOPE, DOME, CAMERA, WHEEL, FOCUSER, ROTATOR, COVER, STATION, MONITOR = 3, 5, 2, 1, 4, 6, 7, 8, 9
WIDTH, HEIGHT = 160, 120
LATITUDE, LONGITUDE, ELEVATION = 28.3, -16.51, 2390.0
FILTERS = ("Sloan g", "Sloan r", "Open")
# 7 arcsec west of where it looks, and 5 north: so many pixels of 0.193 arcsec. North is up, row 0 the top.
STAR_DEGREES = (0.15 - 7 / 3600, 5 / 3600)
STAR_COLUMNS, STAR_ROWS = 36.2, -25.9
SETTLED_CELSIUS = -42.0


def configuration(stars, *, slew_rate=100.0, is_parked=False, **more):
    """Return its configuration, which says of each type of device which numbers there are."""
    telescope = {
        "name": "Peer's telescope",
        "alignmentmode": 1,
        "equatorialsystem": 2,
        "aperturediameter": 0.2,
        "focallength": 1.4,
        "sitelatitude": LATITUDE,
        "sitelongitude": LONGITUDE,
        "siteelevation": ELEVATION,
        "rightascension": 4.0,
        "declination": 80.0,
        "parkrightascension": 10.0,
        "parkdeclination": 88.0,
        "sideofpier": 1,
        "slew_rate": slew_rate,
        "atpark": is_parked,
    }
    camera = {
        "name": "Peer's camera",
        "cameraxsize": WIDTH,
        "cameraysize": HEIGHT,
        "numx": WIDTH,
        "numy": HEIGHT,
        "pixelsizex": 7.5,
        "pixelsizey": 7.5,
        "electronsperadu": 2.5,
        "fullwellcapacity": 60000,
        "maxbinx": 4,
        "maxbiny": 4,
        "ccdtemperature": 15.0,
        "heatsinktemperature": 18.0,
        "cooling_time": 0.3,
    }
    devices = {
        "telescope": {TELESCOPE: telescope},
        "camera": {CAMERA: camera},
        "dome": {DOME: {"name": "Peer's dome", "azimuth": 200.0, "parkazimuth": 90.0, "shutterstatus": 1}},
        "filterwheel": {WHEEL: {"names": list(FILTERS), "focusoffsets": [0, 40, -15], "position": 2}},
        "focuser": {FOCUSER: {"position": 900, "maxstep": 3000, "maxincrement": 500, "temperature": 8.5}},
        "rotator": {ROTATOR: {"position": 10.0, "mechanicalposition": 10.0}},
        "covercalibrator": {COVER: {"coverstate": 1, "calibratorstate": 1, "maxbrightness": 99}},
        "observingconditions": {STATION: {"temperature": 8.25, "humidity": 33.0, "windspeed": 7.5}},
        "safetymonitor": {MONITOR: {"issafe": True}},
    }
    return {"devices": devices, "tap_source": str(stars), **more}


class AlpacaPeer:
    """A server that can be killed, started again on the same port, frozen and thawed."""

    def __init__(self, python, directory, **settings):
        self.port = free_port()
        self._program = Path(python).with_name("alpaca-simulators")
        self._file = directory / "peer.yaml"
        self._log = directory / "peer.log"
        self._process = None
        stars = directory / "stars.db"
        write_stars(stars)
        self._file.write_text(yaml.safe_dump(configuration(stars, **settings)))

    @property
    def pid(self):
        return self._process.pid

    def start(self):
        if self._process is not None:
            return
        words = ["--host", "127.0.0.1", "--port", str(self.port), "--config", str(self._file)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_until(self._answers)

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self):
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _answers(self):
        assert self._process.poll() is None, self._log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False


@contextmanager
def peer(python, directory, **settings):
    server = AlpacaPeer(python, directory, **settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def write_stars(path):
    """Write a catalogue of one bright star, where the camera looks."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TABLE IF EXISTS gaia_sources")
        database.execute("CREATE TABLE gaia_sources (ra REAL, dec REAL, phot_g_mean_mag REAL)")
        database.execute("INSERT INTO gaia_sources VALUES (?, ?, ?)", (*STAR_DEGREES, 3.0))
