"""The launcher where something is wrong before it begins, or was left by a crash."""

import os
import signal
import socket

import pytest

from tests.observatory import OBSBOW, eventually, lay_out

pytestmark = pytest.mark.integration


@pytest.fixture
def observatory(tmp_path):
    observatory = lay_out(tmp_path / "site")
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


def test_down_and_status_of_what_never_ran(observatory):
    assert "Nothing was running" in observatory.well("down")
    done = observatory.obsbow("status")
    assert done.returncode == 4
    assert done.stderr == ""


def test_up_under_a_pipe_up_after_everything_was_killed_and_down(observatory):
    # It returns although the daemons, which live on, might hold the pipe open.
    assert os.system(f"cd {observatory.directory} && timeout 60 {OBSBOW} up | tail -1 > /dev/null") == 0
    assert observatory.obsbow("status").returncode == 0
    for process in observatory.processes():
        process.send_signal(signal.SIGKILL)
    eventually(lambda: not observatory.processes(), "all killed")
    assert observatory.obsbow("status").returncode == 4
    observatory.well("up")
    assert observatory.obsbow("status").returncode == 0
    observatory.well("down")
    assert observatory.processes() == []
    assert list(observatory.directory.rglob("*.sock")) == []
    assert list((observatory.directory / "logs" / "run").glob("*.json")) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", observatory.port)) != 0


def test_a_taken_port_is_named(observatory):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", observatory.port))
        taken.listen()
        done = observatory.obsbow("up", "--timeout", "20")
        assert done.returncode == 1
        assert str(observatory.port) in done.stderr
        assert "Traceback" not in done.stderr
        assert observatory.obsbow("doctor").returncode == 1


def test_an_agent_that_cannot_start_is_named_with_its_last_lines(tmp_path):
    broken = lay_out(tmp_path / "site", lambda text: text.replace("mode: idle", "mode: idel"))
    done = broken.obsbow("up", "--timeout", "30")
    broken.obsbow("down")
    assert done.returncode == 1
    assert "data1" in done.stderr
    assert "idel" in done.stderr
    assert "Traceback" not in done.stderr
    assert broken.processes() == []


def test_no_site_file_says_what_to_do(tmp_path):
    lost = lay_out(tmp_path / "site")
    done = lost.obsbow("up", cwd=tmp_path)
    assert done.returncode == 1
    assert "obsbow init" in done.stderr


def test_a_faulty_site_file_is_named_with_its_line(tmp_path):
    faulty = lay_out(tmp_path / "site", lambda text: text.replace("wamp_realm:", "wamp_relm:"))
    done = faulty.obsbow("up")
    assert done.returncode == 1
    assert "default.yaml:" in done.stderr
    assert "wamp_realm" in done.stderr


def test_init_never_overwrites(observatory):
    done = observatory.obsbow("init", str(observatory.directory))
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
