"""Autofocus finds the V-curve's floor, or says why not, and then leaves the focuser where it was."""

import numpy as np
import pytest
from ocs_sim.agents._camera._focuser import FocuserFacts, FocusMover

from ocs_sim.testing import wait_until
from tests.agents.camera_bench import camera, observatory, text


@pytest.fixture(scope="module")
def served():
    with observatory() as served:
        yield served


@pytest.fixture(scope="module")
def cam(served, tmp_path_factory):
    with camera(served, tmp_path_factory.mktemp("images"), "--backlash", "50") as cam:
        yield cam


def true_steps(served):
    """Return where the focuser truly is, which its own report does not say."""
    return float(served.world.focuser.position_steps(np.array([served.world.now()]))[0])


def best_steps(served):
    return served.world.camera.truth().sky.best_focus_steps


@pytest.mark.parametrize("begin_at", [4960, 5300])
def test_the_floor_is_found(served, cam, begin_at):
    cam.run("set_focus", position=begin_at)
    reply = cam.run("autofocus", seconds=1.0, points=7, filter="L")
    assert reply.session["success"], text(reply)
    data = reply.session["data"]
    assert true_steps(served) == pytest.approx(best_steps(served), abs=6)
    assert (data["position"], data["before"]) == (served.world.focuser.position, begin_at)
    assert data["error_steps"] < 8
    assert len(data["curve"]) >= 7
    diameters = [each["diameter"] for each in data["curve"]]
    assert data["diameter"] < 1.3 * min(diameters) < 0.6 * max(diameters)
    positions = [number for block in cam.blocks("focus") for number in block.data["position"]]
    assert {each["position"] for each in data["curve"]} <= set(positions)


def test_without_stars_the_focuser_stays_where_it_was(served, cam):
    cam.run("set_focus", position=5040)
    cam.run("close_cover")
    reply = cam.run("autofocus", seconds=0.2, points=5)
    cam.run("open_cover")
    assert not reply.session["success"]
    assert text(reply).startswith("No focus was found: Stars were measured at 0 positions")
    assert served.world.focuser.position == 5040


def test_an_abort_brings_the_focuser_back(served, cam):
    cam.run("set_focus", position=5040)
    cam.start("autofocus", seconds=2.0, points=7)
    cam.until(lambda: len(cam.status("autofocus").session["data"].get("points", [])) >= 2)
    # Seven positions and a look at the floor: of the whole search, not of each exposure.
    cam.until(lambda: (cam.status("autofocus").session["progress"] or {}).get("fraction") is not None)
    progress = cam.status("autofocus").session["progress"]
    assert progress["stage"].endswith(" of 8")
    assert progress["fraction"] is None or 2 / 8 <= progress["fraction"] < 7 / 8
    cam.abort("autofocus")
    assert text(cam.wait("autofocus")) == "Aborted."
    wait_until(lambda: served.world.focuser.position == 5040)
    assert served.world.camera.state == "idle"


def test_the_focuser_is_moved_to_a_position_and_by_steps(served, cam):
    assert text(cam.run("set_focus", position=4000)) == "Focus at 4000."
    assert text(cam.run("set_focus", by=-250)) == "Focus at 3750."
    assert served.world.focuser.position == 3750


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"position": -1}, "from 0 to 10000 steps, not to -1"),
        ({"by": 100_000}, "from 0 to 10000"),
        ({}, "either `position` or `by`"),
        ({"position": 1, "by": 1}, "either `position` or `by`"),
    ],
)
def test_the_focuser_does_not_go_where_it_cannot(served, cam, params, said):
    before = served.world.focuser.position
    assert said in text(cam.run("set_focus", **params))
    assert served.world.focuser.position == before


def test_positions_are_reached_from_below_so_that_backlash_does_not_show(served, cam):
    for before in (5500, 4500):
        cam.run("set_focus", position=before)
        cam.run("set_focus", position=5000)
        assert true_steps(served) == pytest.approx(4990, abs=0.01)


class _Steps:
    """Stands for a link to a focuser that is where it was sent, and for a run that may go on."""

    device, connection = "focuser 0", 1

    def __init__(self, position):
        self.Position, self.moves, self.IsMoving = position, [], False
        self.token = self.timer = self

    def call(self, function, doing="", connection=None):
        return function(self)

    read = call

    def Move(self, position):  # noqa: N802 - ASCOM's name
        self.moves.append(position)
        self.Position = position

    def monotonic(self):
        return 0.0


def moves(begin, *targets, backlash=50, most_at_once=10_000):
    link = _Steps(begin)
    mover = FocusMover(link, FocuserFacts(True, 10_000, most_at_once), backlash, 10.0)
    for target in targets:
        mover.move_to(link, target)
    return link.moves


def test_which_way_the_focuser_takes():
    assert moves(5000, 4000) == [3950, 4000]
    assert moves(4000, 5000) == [5000]
    assert moves(4980, 5000) == [4950, 5000]
    assert moves(5000, 5000) == [4950, 5000]
    assert moves(4000, 5000, 5010, 5010) == [5000, 5010]
    assert moves(100, 20) == [0, 20]
    assert moves(0, 1000, most_at_once=400) == [400, 800, 1000]
    assert moves(1000, 200, most_at_once=500) == [500, 150, 200]
