"""The Alpaca simulators of others, killed or frozen in the middle of a slew and of an exposure."""

import pytest

from tests.interop import alpaca_peer as theirs
from tests.interop.alpaca_peer import peer
from tests.interop.watched import camera_of, mount_of

pytestmark = pytest.mark.integration
IMPATIENT = ("--request-timeout", "0.5")
HANGS = ("no answer came in time",)
# As the operating system finds out.
DIES = ("connection refused", "connection reset by peer", "the connection was dropped")


@pytest.fixture
def server(alpaca_peer_python, tmp_path):
    with peer(alpaca_peer_python, tmp_path, slew_rate=1.0) as server:
        yield server


@pytest.fixture
def mount(server):
    with mount_of(server, *IMPATIENT) as mount:
        yield mount


@pytest.fixture
def camera(server, tmp_path):
    with camera_of(server, tmp_path, *IMPATIENT, "--patience", "0.2") as camera:
        yield camera


def set_out(mount, camera):
    """Begin a slew and an exposure that take minutes."""
    mount.begins("goto", "slewing", ra=200.0, dec=75.0)
    mount.harness.until(lambda: mount.sample["slewing"] == 1)
    camera.harness.start("expose", seconds=90.0)
    camera.harness.until(lambda: camera.sample["state"] == 2)
    camera.until_stage("expose", "exposing")


def end_in_clear_errors(server, mount, camera, reasons):
    success, text = mount.ended("goto")
    device = f"telescope {theirs.TELESCOPE} at 127.0.0.1:{server.port}"
    lost = f"The {device} was lost while it was to finish the slew"
    assert (success, text.startswith(lost), text.split(": ")[-1][:-1] in reasons) == (False, True, True), text
    success, text = camera.ended("expose")
    assert success is False
    assert text.startswith("The exposure was lost while exposing: ")
    assert any(f"cannot be reached: {why}. " in text for why in reasons), text
    mount.until_degraded()
    camera.until_degraded()


def test_a_server_that_hangs_is_told_to_stop_when_it_is_back(server, mount, camera, caplog):
    set_out(mount, camera)
    server.freeze()
    end_in_clear_errors(server, mount, camera, HANGS)
    server.thaw()
    mount.until_well()
    camera.until_well()
    assert "is back and was asked to stop moving" in caplog.text
    assert "is back and was asked to abort the exposure" in caplog.text
    assert camera.sample["state"] == 0
    assert mount.sample["slewing"] == 0
    # It was under way for two minutes more, and did not get there.
    assert abs(mount.sample["ra"] - 200.0) > 10.0


def test_a_server_that_dies_is_used_again_when_it_is_back(server, mount, camera):
    set_out(mount, camera)
    server.kill()
    end_in_clear_errors(server, mount, camera, DIES)
    assert "connection refused" in mount.fails("goto", ra=61.0, dec=80.0)
    server.start()
    mount.until_well()
    camera.until_well()
    assert camera.sample["state"] == 0
    mount.does("goto", ra=61.0, dec=80.0)
    assert (mount.sample["ra"], mount.sample["dec"]) == pytest.approx((61.0, 80.0))
    camera.does("expose", seconds=0.05)
