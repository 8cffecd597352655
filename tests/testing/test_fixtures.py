"""The fixtures for those who test agents."""

import signal
import socket
import subprocess
import sys

import psutil
import pytest

from ocs_sim.launch.router import find_crossbar
from ocs_sim.testing import free_port, wait_until

CONFTEST = """
import pytest
pytest_plugins = ["ocs_sim.testing.fixtures"]

@pytest.fixture(autouse=True)
def _stays(no_leaks):
    pass
"""


@pytest.fixture
def crossbar():
    """The router's program, looked up before pytester changes HOME."""
    return find_crossbar(None)


@pytest.fixture
def run(crossbar, pytester, monkeypatch):
    """Run tests that use the fixtures in a pytest of its own; a leak is given little grace."""
    pytester.makeconftest(CONFTEST)
    if crossbar is not None:
        monkeypatch.setenv("OBSBOW_CROSSBAR", str(crossbar.path))
    monkeypatch.setattr("ocs_sim.testing._leaks._GRACE_SECONDS", 0.1)

    def run_tests(code):
        pytester.makepyfile(code)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider")

    return run_tests


def test_a_process_that_stays_fails_its_test(run):
    result = run("""
        import atexit, subprocess, sys
        def test_forgets():
            child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
            child.__class__.kept = child
    """)
    try:
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(["*the test left behind: process *input()*"])
    finally:
        subprocess.Popen.kept.communicate(b"\n")
        del subprocess.Popen.kept


def test_a_thread_that_stays_fails_its_test(run):
    result = run("""
        import threading
        go = threading.Event()
        def test_forgets():
            threading.Thread(target=go.wait, name="forgotten").start()
        def test_lets_it_end():
            go.set()
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*the test left behind: thread forgotten*"])


def test_what_ends_in_time_is_no_leak(run):
    result = run("""
        import subprocess, sys, threading
        def test_tidy():
            subprocess.run([sys.executable, "-c", "pass"], check=True)
            threading.Timer(0.01, print).start()
    """)
    result.assert_outcomes(passed=1)


def test_a_socket_that_listens_at_the_end_is_reported(run):
    result = run("""
        import socket
        import pytest
        @pytest.fixture(autouse=True, scope="session")
        def _nothing_listens(no_listening_sockets):
            pass
        def test_forgets():
            socket.kept = socket.create_server(("127.0.0.1", 0))
    """)
    try:
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(["*the tests left listening: 127.0.0.1:*"])
    finally:
        socket.kept.close()
        del socket.kept


@pytest.mark.integration
def test_the_shared_router_is_no_leak_even_when_a_test_asks_for_it_late(run):
    result = run("""
        def test_late(request):
            router = request.getfixturevalue("router")
            assert router.socket_path.is_socket()
            assert router.ws_url.startswith("ws://127.0.0.1:")
            assert (router.realm, router.address_root) == ("test_realm", "observatory")
    """)
    result.assert_outcomes(passed=1)


@pytest.mark.integration
def test_an_own_router_can_be_killed_and_restarted_on_the_same_port(run):
    result = run("""
        def test_breaks(own_router):
            first, url = own_router.pid, own_router.ws_url
            own_router.kill()
            assert own_router.pid is None
            own_router.restart()
            assert own_router.pid not in (None, first)
            assert own_router.ws_url == url
    """)
    result.assert_outcomes(passed=1)


def test_a_free_port_is_free_and_given_once():
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    with socket.create_server(("127.0.0.1", ports[0])):
        pass


def test_wait_until_returns_what_became_true():
    answers = iter([None, 0, "", "yes"])
    assert wait_until(lambda: next(answers)) == "yes"


@pytest.mark.parametrize("describe", ["the sun to rise", lambda: "the sun to rise"])
def test_wait_until_says_what_did_not_come(describe):
    with pytest.raises(TimeoutError, match=r"not true after 0\.01 s: the sun to rise"):
        wait_until(lambda: False, 0.01, describe)


def test_wait_until_lets_errors_through():
    with pytest.raises(ZeroDivisionError):
        wait_until(lambda: 1 / 0)


@pytest.mark.integration
def test_a_router_does_not_outlive_a_killed_test_process(tmp_path):
    code = (
        "import os, pathlib, signal, sys\n"
        "from ocs_sim.testing import running_router\n"
        "with running_router(pathlib.Path(sys.argv[1])) as router:\n"
        "    print(router.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    wait_until(lambda: not runs(int(done.stdout)), describe="the router is gone")


def runs(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
