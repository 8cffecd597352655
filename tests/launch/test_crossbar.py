"""The router as a process, on the real crossbar."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading

import psutil
import pytest

from ocs_sim.launch._router_env import require_crossbar
from ocs_sim.launch._router_errors import PortTaken, RouterExited, RouterMisfit, RouterNotReady
from ocs_sim.launch.router import Router, RouterState, Written
from ocs_sim.site import CrossbarSettings
from ocs_sim.testing import RouterInfo, wait_until

pytestmark = pytest.mark.integration


def router_of(info, **settings):
    return Router(CrossbarSettings(info.crossbar.config_dir, **settings), info.hub, info.log_dir)


def processes(pid):
    """The living processes of the router's session."""
    found = []
    for each in psutil.pids():
        try:
            if os.getsid(each) == pid and psutil.Process(each).status() != psutil.STATUS_ZOMBIE:
                found.append(each)
        except (OSError, psutil.Error):
            continue
    return found


def accepts(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def stopped(tmp_path):
    """A router that was never started, and is stopped afterwards."""
    info = RouterInfo(tmp_path / "router")
    yield info
    info.stop()


@pytest.fixture
def bystander():
    """A process that has nothing to do with it."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.communicate(b"\n")
    assert process.returncode == 0, "the bystander must come to no harm"


def fake_crossbar(directory, script):
    directory.mkdir(parents=True, exist_ok=True)
    program = directory / "crossbar"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_before_the_first_start_it_is_dead_and_nothing_is_written(stopped):
    assert router_of(stopped).status().state is RouterState.DEAD
    assert not stopped.crossbar.config_dir.exists()


def test_start_twice_changes_nothing(own_router):
    router = router_of(own_router)
    before = router.status()
    assert (before.state, len(processes(before.pid))) == (RouterState.RUNNING, 2)
    assert before.rss_bytes > 10_000_000
    own_router.start()
    assert router.status().pid == before.pid
    assert len(processes(before.pid)) == 2


def test_two_launchers_at_once_start_one_router(stopped):
    threads = [threading.Thread(target=router_of(stopped).start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stopped.start()
    children = [
        each for each in psutil.Process().children() if each.cwd() == str(stopped.crossbar.config_dir)
    ]
    assert [each.pid for each in children] == [stopped.pid]
    assert len(processes(stopped.pid)) == 2


def test_stop_leaves_no_process_and_no_socket(own_router):
    router = router_of(own_router)
    pid = own_router.pid
    assert router.stop() is True
    assert processes(pid) == []
    assert not own_router.socket_path.exists()
    assert not accepts(own_router.hub.server_port)
    assert router.status().state is RouterState.DEAD
    assert router.stop() is False


def test_after_a_crash_it_is_stale_and_starts_again(own_router):
    router = router_of(own_router)
    pid = own_router.pid
    own_router.kill()
    assert processes(pid) == []
    assert own_router.socket_path.exists(), "a killed router leaves its socket"
    assert router.status().state is RouterState.STALE
    own_router.start()
    assert router.status().state is RouterState.RUNNING
    assert own_router.pid != pid


def test_stop_removes_what_a_crash_left(own_router):
    router = router_of(own_router)
    own_router.kill()
    assert router.stop() is False
    assert router.status().state is RouterState.DEAD
    assert not own_router.socket_path.exists()


def test_a_dead_worker_takes_the_router_with_it(own_router):
    pid = own_router.pid
    (worker,) = [each for each in processes(pid) if each != pid]
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: processes(pid) == [], describe="the controller follows its worker")
    own_router.restart()
    assert router_of(own_router).status().state is RouterState.RUNNING


def test_a_stopped_worker_is_ended_all_the_same(own_router):
    pid = own_router.pid
    for each in processes(pid):
        os.kill(each, signal.SIGSTOP)
    assert router_of(own_router).status().alive
    own_router.stop()
    assert processes(pid) == []


def test_a_pid_that_now_belongs_to_another_program_is_left_in_peace(own_router, bystander):
    router = router_of(own_router)
    own_router.kill()
    for name in ("node.pid", ".router.json"):
        path = own_router.crossbar.config_dir / name
        path.write_text(json.dumps(json.loads(path.read_text()) | {"pid": bystander.pid}))
    assert router.status().state is RouterState.STALE
    assert router.stop() is False
    assert bystander.poll() is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 99999999}'])
def test_a_pid_file_of_any_kind_is_read(stopped, content):
    stopped.crossbar.config_dir.mkdir(parents=True)
    for name in ("node.pid", ".router.json"):
        (stopped.crossbar.config_dir / name).write_text(content)
    assert router_of(stopped).status().state is RouterState.STALE


def test_one_that_was_started_by_hand_is_ours_too(stopped):
    router = router_of(stopped)
    router.generate_config()
    command = [
        require_crossbar(None).path,
        "start",
        "--cbdir",
        stopped.crossbar.config_dir,
        "--loglevel",
        "error",
    ]
    by_hand = subprocess.Popen(command, start_new_session=True)
    wait_until(lambda: router.status().state is RouterState.RUNNING, 60, "the router answers")
    assert router.status().pid == by_hand.pid
    assert router.start().pid == by_hand.pid
    assert router.stop() is True
    by_hand.wait(10)


def test_a_taken_port_names_who_has_it(stopped):
    with socket.create_server(("127.0.0.1", stopped.hub.server_port)):
        status = router_of(stopped).status()
        assert (status.state, status.alive) == (RouterState.FOREIGN, False)
        with pytest.raises(PortTaken, match=f"by pid {os.getpid()}"):
            router_of(stopped).start()


def test_a_router_that_ends_at_once_says_why(stopped, tmp_path):
    program = fake_crossbar(tmp_path / "bin", "echo old news; echo 'no, I will not' >&2; exit 3")
    router = router_of(stopped, bin=program)
    router.start()
    with pytest.raises(RouterExited, match="no, I will not"):
        router.wait_ready(30)
    assert router.status().state is RouterState.STALE


def test_only_the_last_start_is_quoted(stopped, tmp_path):
    for words in ("first", "second"):
        router = router_of(stopped, bin=fake_crossbar(tmp_path / "bin", f"echo the {words} start"))
        router.start()
        with pytest.raises(RouterExited) as error:
            router.wait_ready(30)
    assert "the second start" in str(error.value)
    assert "the first start" not in str(error.value)


def test_a_router_that_never_answers_is_said_to(stopped, tmp_path):
    router = router_of(stopped, bin=fake_crossbar(tmp_path / "crossbar-bin", "exec sleep 60"))
    router.start()
    assert router.status().state is RouterState.STARTING
    with pytest.raises(RouterNotReady, match=f"nothing listens on port {stopped.hub.server_port}"):
        router.wait_ready(0.2)


def edit(info, old, new):
    path = info.crossbar.config_dir / "config.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_an_edited_configuration_is_used_as_it_is(stopped):
    router = router_of(stopped)
    assert router.generate_config() is Written.NEW
    edit(stopped, '"info": {', '"about": {')
    stopped.start()
    assert '"about": {' in router.config_path.read_text()
    assert router.status().state is RouterState.RUNNING


def test_one_that_serves_another_root_is_found_out(stopped):
    router = router_of(stopped)
    router.generate_config()
    edit(stopped, '"uri": "observatory.', '"uri": "elsewhere.')
    router.start()
    with pytest.raises(RouterMisfit, match="not_authorized"):
        router.wait_ready(60)
    assert "not_authorized" in router.status().detail


def test_a_long_path_gets_a_short_socket(tmp_path):
    info = RouterInfo(tmp_path / ("deep" * 25))
    assert len(str(info.socket_path)) < 100
    try:
        info.start()
        assert info.socket_path.is_socket()
    finally:
        info.stop()
    assert not info.socket_path.exists()


def test_all_three_ways_in_answer(router):
    assert accepts(router.hub.server_port)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(router.socket_path))
        # The rawsocket handshake: magic, 16 MB and msgpack, two reserved bytes; the router answers in kind.
        client.sendall(bytes([0x7F, 0xF2, 0, 0]))
        assert client.recv(4)[:1] == b"\x7f"


def test_the_socket_is_not_for_everybody(router):
    assert router.socket_path.stat().st_mode & 0o007 == 0
