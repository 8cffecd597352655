"""When the router takes the quick way, and when it leaves crossbar alone."""

import subprocess

import pytest

from ocs_sim.launch._router_env import Origin, require_crossbar

pytestmark = pytest.mark.integration
PREPARE = """
import importlib, sys
ours = next(name for name in sys.modules if name.startswith("obsbow_router_"))
quick = importlib.import_module(ours + ".quick")
import crossbar.router.protocol as protocol
import crossbar.router.router as router
import crossbar.router.session as session

class Log:
    def warn(self, text, **values):
        print(text.format(**values))
"""


@pytest.fixture
def run():
    """A function that runs a program in the router's private environment and returns what it prints."""
    found = require_crossbar(None)
    if found.origin is not Origin.PRIVATE:
        pytest.skip("it is for the crossbar of `obsbow router install`")

    def run_there(code, **variables):
        done = subprocess.run(
            [found.path.parent / "python", "-c", PREPARE + code],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": "/usr/bin:/bin", **variables},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run_there


def test_it_is_possible_with_the_crossbar_that_is_pinned(run):
    assert run("print(quick._is_possible(Log()), list(quick._missing()))") == ["True []"]


def test_where_a_name_is_missing_crossbar_stays_as_it_is_and_says_so_once(run):
    said = run(
        "del router.Router.send, session.RouterSession\n"
        "print([quick._is_possible(Log()) for _ in range(2)])\n"
        "connection = protocol.WampRawSocketServerProtocol\n"
        "class Mine(connection):\n"
        "    log = Log()\n"
        "try:\n"
        "    Mine().stringReceived(b'')\n"
        "except AttributeError:\n"
        "    pass\n"
        "print(connection.stringReceived.__module__)\n"
    )
    assert said == [
        "crossbar routes as it always did, for it has no crossbar.router.router.Router.send,"
        " crossbar.router.session.RouterSession",
        "[False, False]",
        "autobahn.twisted.rawsocket",
    ]


@pytest.mark.parametrize(("plain", "whose"), [("1", "autobahn"), ("0", "obsbow"), ("", "obsbow")])
def test_a_variable_switches_it_off(run, plain, whose):
    code = (
        "print(protocol.WampRawSocketServerProtocol.stringReceived.__module__)\n"
        "print(protocol.WampWebSocketServerProtocol.onMessage.__module__)\n"
        "print(protocol.WampRawSocketServerProtocol.connectionMade.__module__)\n"
    )
    received, on_message, guarded = run(code, OBSBOW_ROUTER_PLAIN=plain)
    assert received.startswith(whose)
    assert on_message.startswith(whose)
    assert guarded.startswith("obsbow"), "the guard stays"


def test_log_texts_are_not_coloured_for_nobody(run):
    code = (
        "import crossbar._util as util\n"
        "print(util.hlid(5), util.hltype(util.dump_json), router.pformat({1: 2}))"
    )
    assert run(code) == ["5 <crossbar._util.dump_json> {1: 2}"]
