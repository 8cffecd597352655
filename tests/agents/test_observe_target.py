"""scripts/observe_target.py: what it asks of the agents, and that the loop closes."""

import importlib.util
import math
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time
from ocs_sim.agents.camera import Camera
from ocs_sim.agents.mount import Mount

from ocs_sim.almanac import Place, separation_degrees
from ocs_sim.client import Reply
from ocs_sim.client._session import Session
from ocs_sim.errors import ObservatoryError
from ocs_sim.sky import named_star
from ocs_sim.testing import AgentHarness, LocalBus
from ocs_sim.testing._served_world import served_world
from ocs_sim.wire import ResponseCode
from tests.pipeline.fields import render
from tests.pipeline.solving import Truth, pixels_of
from tests.pipeline.test_solve import stars_of

SCRIPT = Path(__file__).parents[2] / "scripts" / "observe_target.py"
THERE = {"azimuth_error": 0.5, "timestamp": math.inf}
TARGET = ("--ra", "83.0", "--dec=22.0")


@pytest.fixture(scope="module")
def script():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("observe_target", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


class Operation:
    """An operation of a pretended agent, which notes that it was asked for."""

    kind = "task"

    def __init__(self, agent, name):
        self.agent, self.name = agent, name

    def __call__(self, **parameters):
        self.agent.asked.append((self.name, parameters))
        answer = self.agent.answers.get(self.name)
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, str):
            messages = [(0.0, answer)]
            return Reply(ResponseCode.OK, "", Session(op_name=self.name, success=False, messages=messages))
        data = (answer(**parameters) or {}) if callable(answer) else {}
        return Reply(ResponseCode.OK, "", Session(op_name=self.name, success=True, data=data))

    def status(self):
        return Reply(ResponseCode.OK, "", Session(data=self.agent.sees))

    def abort(self):
        self.agent.asked.append(("abort " + self.name, {}))

    def wait(self, timeout_seconds=None):
        self.agent.asked.append(("wait " + self.name, {}))


class Pretended:
    """An agent that does what a test says: `answers` are data, sentences of failure, or exceptions."""

    def __init__(self, sees=None, **answers):
        self.sees, self.answers, self.asked = sees or {}, answers, []

    def __getattr__(self, name):
        return Operation(self, name)

    @property
    def names(self):
        return [name for name, _ in self.asked]


class Telescope:
    """A telescope that points aside by so many arcseconds until it is corrected, and its camera's files."""

    def __init__(self, directory, *, east=100.0, north=-60.0, learns=1.0):
        self.directory, self.error, self.learns = directory, np.array([east, north]), learns
        self.aim = None
        self.taken = 0
        self.mount = Pretended(
            {"at_park": True, "clock_offset": 0.0}, goto=self.goto, sync=self.sync, offset=self.offset
        )
        self.camera = Pretended(expose=self.expose)

    def goto(self, ra, dec):
        self.aim = np.array([ra, dec])
        return {}

    def offset(self, north, east):
        self.error = self.error + self.learns * np.array([east, north])
        return {}

    def sync(self, ra, dec):
        self.error = self.error * (1 - self.learns)
        return {}

    def expose(self, seconds, **_):
        ra, dec = self.aim
        meant = Truth(float(ra), float(dec), shape=(512, 512))
        east, north = self.error / 3600
        real = replace(meant, ra=float(ra + east / np.cos(np.radians(dec))), dec=float(dec + north))
        x, y, magnitude = pixels_of(stars_of(real), real)
        flux = seconds * 10 ** (0.4 * (21.0 - magnitude))
        self.taken += 1
        path = self.directory / f"{self.taken}.fits"
        header = meant.wcs.to_header()
        header["EXPTIME"] = seconds
        image = np.clip(render(meant.shape, x, y, flux, seed=self.taken), 0, 65_535).astype(np.uint16)
        fits.PrimaryHDU(image, header).writeto(path)
        return {"files": [str(path)]}


def observation(script, telescope, *words, dome=None, place=None):
    options = script.read_options([*(() if "--target" in words else TARGET), *words])
    return script.Observation(options, telescope.mount, telescope.camera, dome, place)


def test_it_points_looks_corrects_and_looks_again(script, tmp_path, capsys):
    telescope = Telescope(tmp_path)
    assert observation(script, telescope).run() == 0
    assert telescope.mount.names == ["unpark", "goto", "sync", "goto"]
    assert telescope.camera.names == ["expose", "expose"]
    said = capsys.readouterr().out
    assert '(+100.0" east, -60.0" north)' in said
    assert "In the middle, within 5 arcsec" in said
    assert str(tmp_path / "2.fits") in said


def test_it_syncs_on_where_the_image_was(script, tmp_path):
    telescope = Telescope(tmp_path, east=0.0, north=90.0)
    observation(script, telescope).run()
    synced = dict(telescope.mount.asked)["sync"]
    assert separation_degrees(synced["ra"], synced["dec"], 83.0, 22.0 + 90 / 3600) * 3600 < 0.3


def test_it_can_go_aside_instead(script, tmp_path):
    telescope = Telescope(tmp_path)
    assert observation(script, telescope, "--correct-by", "offset").run() == 0
    asked = dict(telescope.mount.asked)
    assert asked["offset"] == pytest.approx({"east": -100.0, "north": 60.0}, abs=0.3)
    assert "sync" not in asked


def test_near_a_pole_it_goes_aside(script, tmp_path):
    """A sync would move the right ascension of everything: by degrees, for arcminutes there."""
    telescope = Telescope(tmp_path)
    assert observation(script, telescope, "--ra=350", "--dec=78", "--seconds=30").run() == 0
    assert telescope.mount.names == ["unpark", "goto", "offset"]


def test_a_telescope_that_points_well_is_left_alone(script, tmp_path):
    telescope = Telescope(tmp_path, east=1.0, north=1.0)
    assert observation(script, telescope).run() == 0
    assert telescope.mount.names == ["unpark", "goto"]


def test_one_that_does_not_learn_is_given_up(script, tmp_path, capsys):
    telescope = Telescope(tmp_path, learns=0.0)
    assert observation(script, telescope, "--max-corrections", "2").run() == script.NOT_REACHED == 3
    assert telescope.taken == 3
    assert "after 2 corrections" in capsys.readouterr().err


def test_too_few_stars_are_exposed_longer(script, tmp_path, capsys):
    telescope = Telescope(tmp_path, east=0, north=0)
    assert observation(script, telescope, "--seconds", "1").run() == 0
    assert [parameters["seconds"] for _, parameters in telescope.camera.asked] == [1.0, 4.0]
    assert "Exposing 4 s instead" in capsys.readouterr().out


def test_no_stars_at_all_are_an_error(script, tmp_path):
    telescope = Telescope(tmp_path)
    with pytest.raises(ObservatoryError, match="Where the image points was not found"):
        observation(script, telescope, "--seconds", "0.001").run()
    assert telescope.taken == 2


@pytest.mark.parametrize(
    ("sees", "asked"),
    [
        ({"shutter": 1, "slaved": False, **THERE}, ["open", "slave"]),
        ({"shutter": 0, "slaved": False, **THERE}, ["slave"]),
        ({"shutter": 0, "slaved": True, **THERE}, []),
    ],
)
def test_a_dome_is_opened_and_follows(script, tmp_path, sees, asked):
    dome = Pretended(dict(sees), slave=lambda: dome.sees.update(slaved=True))
    assert observation(script, Telescope(tmp_path, east=0, north=0), dome=dome).run() == 0
    assert dome.names == asked


def test_a_dome_that_does_not_follow_is_not_waited_for_for_ever(script, tmp_path, monkeypatch):
    telescope = Telescope(tmp_path)
    dome = Pretended({"shutter": 0, "slaved": True, **THERE, "azimuth_error": 40.0})
    monkeypatch.setattr(script, "DOME_SECONDS", 0.05)
    monkeypatch.setattr(script, "LOOK_PERIOD_SECONDS", 0.01)
    with pytest.raises(ObservatoryError, match=r"does not follow the mount, its slit is 40\.0 degrees off"):
        observation(script, telescope, dome=dome).run()
    assert telescope.taken == 0


def test_nothing_moves_when_the_dome_does_not_open(script, tmp_path):
    telescope = Telescope(tmp_path)
    dome = Pretended({"shutter": 1}, open="It rains.")
    with pytest.raises(ObservatoryError, match=r"open was not successful: It rains\."):
        observation(script, telescope, dome=dome).run()
    assert telescope.mount.asked == []


@pytest.mark.parametrize("where", ["goto", "expose"])
def test_an_interrupt_aborts_what_is_under_way(script, tmp_path, where):
    telescope = Telescope(tmp_path)
    agent = telescope.mount if where == "goto" else telescope.camera
    agent.answers[where] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        observation(script, telescope).run()
    assert agent.names[-2:] == [f"abort {where}", f"wait {where}"]


def test_the_filter_and_the_name_go_to_the_camera(script, tmp_path):
    telescope = Telescope(tmp_path, east=0, north=0)
    observation(script, telescope, "--target", "tarazed", "--filter", "R", "--seconds", "7").run()
    assert telescope.camera.asked[0][1] == {"seconds": 7.0, "object": "Tarazed", "filter": "R"}


def test_without_a_target_it_takes_a_star_that_stands_high(script, tmp_path):
    place, unix = Place(-30.17, -70.8, 2200.0), 1.79e9
    options = script.read_options([])
    target = script.choose_target(options, place, unix)
    star = named_star(target.name, unix)
    assert (star.ra_degrees[0], star.dec_degrees[0]) == (target.ra_degrees, target.dec_degrees)
    assert 2.5 <= star.magnitude[0] <= 5.0
    with pytest.raises(ObservatoryError, match="where the observatory is; give a --target"):
        script.choose_target(options, None, unix)


@pytest.mark.parametrize(
    "words", [["--ra", "10"], ["--dec", "10"], ["--target", "Vega", *TARGET], ["--correct-by", "hope"]]
)
def test_options_that_make_no_sense_are_refused(script, words, capsys):
    with pytest.raises(SystemExit) as caught:
        script.read_options(words)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_wrong_angle_is_said_to_be_one(script, tmp_path):
    options = script.read_options(["--ra", "noon", "--dec", "5"])
    with pytest.raises(ObservatoryError, match="'noon' is no right ascension"):
        script.choose_target(options, None, 0.0)


class HarnessClient:
    """A Client of an agent in a harness, as far as the script uses one."""

    def __init__(self, harness):
        self.harness = harness

    def __getattr__(self, name):
        def call(**parameters):
            reply = self.harness.start(name, **parameters)
            if reply.code is ResponseCode.OK:
                reply = self.harness.wait(name, 60.0)
            return as_client(reply)

        call.kind = "task"
        call.status = lambda: as_client(self.harness.ops("status", name))
        return call


def as_client(reply):
    return Reply(reply.code, reply.message, Session(reply.session))


def true_miss_arcseconds(served, path, ra, dec):
    """Return how far from a place the simulated telescope truly was in the middle of an exposure."""
    header = fits.getheader(path)
    middle = Time(header["DATE-OBS"], scale="utc").unix + header["EXPTIME"] / 2
    truth = served.world.mount.true_pointing(np.array([middle]))
    return float(separation_degrees(truth.ra_degrees[0], truth.dec_degrees[0], ra, dec)) * 3600


def test_the_loop_closes_with_real_agents_and_a_simulated_observatory(script, tmp_path, capsys):
    small = {"camera.width": 512, "camera.height": 512, "dome.starts_open": True}
    with served_world("fast", rate=20.0, overrides=small) as served, LocalBus() as bus:
        # Near the zenith, which the slit of a dome that nobody turns leaves free.
        ra, dec = 15 * ((served.world.mount.sidereal_time_hours - 0.3) % 24), -30.0
        port = ["--port", str(served.port)]
        words = [*port, "--data-dir", str(tmp_path), "--telescope=0", "--no-previews", "--mount", "mount"]
        mount = AgentHarness(Mount, arguments=port, instance_id="mount", bus=bus)
        camera = AgentHarness(Camera, arguments=words, instance_id="camera", bus=bus)
        with mount, camera:
            agents = SimpleNamespace(mount=HarnessClient(mount), camera=HarnessClient(camera))
            options = script.read_options(["--ra", str(ra), f"--dec={dec}", "--seconds", "20"])
            observed = script.Observation(options, agents.mount, agents.camera, None, None)
            assert observed.run() == 0, capsys.readouterr()
        first, *_, last = sorted(tmp_path.rglob("*.fits"))
        assert true_miss_arcseconds(served, first, ra, dec) > 10.0
        assert true_miss_arcseconds(served, last, ra, dec) < 5.5
