"""The configuration that crossbar gets, and what becomes of one that somebody edited."""

import json
import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.launch._crossbar_address import router_address
from ocs_sim.launch._crossbar_config import router_config
from ocs_sim.launch._crossbar_file import BACKUP_NAME, CONFIG_NAME, Written, write_config
from ocs_sim.launch._router_env import require_crossbar
from ocs_sim.launch._router_errors import BadConfig, BadRouterAddress, ConfigEdited
from ocs_sim.site import CrossbarSettings, Hub


def hub(
    server="ws://127.0.0.1:8001/ws", http="http://127.0.0.1:8001/call", realm="test_realm", root="observatory"
):
    return Hub(server, http, realm, root)


def generated(tmp_path, the_hub=None, tcp_port=None, reached_as=()):
    the_hub = the_hub or hub()
    settings = CrossbarSettings(tmp_path, tcp_port=tcp_port)
    return router_config(the_hub, settings, router_address(the_hub, reached_as))


def worker(config):
    return config["workers"][0]


def transport(config, name):
    return next(each for each in worker(config)["transports"] if each["id"] == name)


def role(config, name):
    return next(each for each in worker(config)["realms"][0]["roles"] if each["name"] == name)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("the_hub", "tcp_port"),
    [
        (hub(), None),
        (hub(), 8002),
        (hub("ws://[::1]:8001/ws", "http://[::1]:8001/call"), None),
        (hub("ws://router.example:8001/bus", "http://router.example:8001/rpc"), 8002),
        (hub("ws://10.0.0.5/", "http://10.0.0.5/call"), None),
        (hub(realm="Realm-of.the@site", root="TheRoot"), None),
    ],
    ids=["plain", "tcp", "ipv6", "names and other paths", "default port, root path", "odd names"],
)
def test_crossbar_itself_accepts_it(tmp_path, the_hub, tcp_port):
    write_config(tmp_path, generated(tmp_path, the_hub, tcp_port))
    program = require_crossbar(None).path
    # It leaves without flushing what it has printed.
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    check = subprocess.run(
        [program, "check", "--cbdir", tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert check.returncode == 0, check.stdout + check.stderr
    assert "looks good" in check.stdout


def test_it_has_all_ways_in(tmp_path):
    config = generated(tmp_path, tcp_port=8002)
    paths = transport(config, "web")["paths"]
    assert {path: each["type"] for path, each in paths.items()} == {
        "ws": "websocket",
        "view": "websocket",
        "call": "caller",
        "info": "nodeinfo",
    }
    assert paths["call"]["role"] == "iocs_controller"
    assert paths["ws"]["auth"]["anonymous"]["role"] == "iocs_agent"
    assert paths["view"]["auth"]["anonymous"]["role"] == "iocs_viewer"
    assert transport(config, "unix")["endpoint"]["path"] == str(tmp_path / "router.sock")
    assert transport(config, "tcp")["endpoint"]["port"] == 8002
    for each in (paths["ws"], paths["view"], transport(config, "unix"), transport(config, "tcp")):
        assert each["serializers"] == ["msgpack", "cbor", "json"]


def test_clients_that_stall_are_dropped(tmp_path):
    config = generated(tmp_path, tcp_port=8002)
    options = transport(config, "web")["paths"]["ws"]["options"]
    assert (options["auto_ping_interval"], options["auto_ping_timeout"]) == (10_000, 5_000)
    assert 12 <= options["auto_ping_size"] <= 125, "crossbar 26 refuses others"
    assert transport(config, "tcp")["endpoint"]["user_timeout"] == 15_000


def test_controllers_may_do_all_but_register(tmp_path):
    (rule,) = role(generated(tmp_path), "iocs_controller")["permissions"]
    assert rule["allow"] == {"call": True, "register": False, "publish": True, "subscribe": True}
    (rule,) = role(generated(tmp_path), "iocs_agent")["permissions"]
    assert set(rule["allow"].values()) == {True}


def test_viewers_may_not_call_at_all_where_crossbar_would_skip_the_rule_that_holds_them_back(tmp_path):
    rules = role(generated(tmp_path, hub(root="Observatory")), "iocs_viewer")["permissions"]
    assert [rule["allow"]["call"] for rule in rules] == [False]


@pytest.mark.parametrize(
    ("server", "reached_as", "interface"),
    [
        ("ws://127.0.0.1:8001/ws", [], "127.0.0.1"),
        ("ws://localhost:8001/ws", ["ws://127.0.0.1:8001/ws"], "127.0.0.1"),
        ("ws://[::1]:8001/ws", [], "::1"),
        ("ws://10.0.0.5:8001/ws", [], "10.0.0.5"),
        ("ws://10.0.0.5:8001/ws", ["ws://localhost:8001/ws"], "0.0.0.0"),
        ("ws://127.0.0.1:8001/ws", ["ws://router.example:8001/ws"], "0.0.0.0"),
        ("ws://router.example:8001/ws", [], "0.0.0.0"),
        ("ws://0.0.0.0:8001/ws", [], "0.0.0.0"),
    ],
)
def test_it_binds_no_more_than_the_site_needs(server, reached_as, interface):
    address = router_address(hub(server, "http://127.0.0.1:8001/call"), reached_as)
    assert address.interface == interface
    assert address.probe_host == ("127.0.0.1" if interface == "0.0.0.0" else interface)


@given(
    port=st.integers(1, 65535),
    path=st.from_regex(r"[a-z0-9_-]{1,12}", fullmatch=True).filter(lambda p: p != "call"),
)
def test_a_local_hub_is_bound_locally_on_its_own_port(port, path):
    address = router_address(hub(f"ws://localhost:{port}/{path}", f"http://localhost:{port}/call"))
    assert (address.interface, address.port, address.websocket_path) == ("127.0.0.1", port, path)
    assert address.call_path == "call"


@pytest.mark.parametrize(
    ("server", "http", "says"),
    [
        ("wss://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "put a proxy in front"),
        ("ws://127.0.0.1:99999/ws", "http://127.0.0.1:8001/call", "Port out of range"),
        ("ws://:8001/ws", "http://127.0.0.1:8001/call", "needs a host and a port"),
        ("ws://127.0.0.1:8001/a/b", "http://127.0.0.1:8001/call", "one word"),
        ("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/ws", "the same path"),
    ],
)
def test_an_address_where_no_router_can_listen_is_refused(server, http, says):
    with pytest.raises(BadRouterAddress, match=says):
        router_address(hub(server, http))


@pytest.mark.parametrize(
    ("the_hub", "tcp_port", "says"),
    [
        (hub(realm="r"), None, "wamp_realm 'r' must begin with a letter and be 3 to 255"),
        (hub(realm="1st_realm"), None, "must begin with a letter"),
        (hub(realm="test realm"), None, "wamp_realm 'test realm'"),
        (hub(root="two.words"), None, "one word without dots"),
        (hub("ws://127.0.0.1:8001/view"), None, "the router's own"),
        (hub(), 8001, "tcp-port 8001 is the port of wamp_server"),
    ],
)
def test_what_crossbar_would_refuse_is_said_before_it_is_written(tmp_path, the_hub, tcp_port, says):
    with pytest.raises(BadConfig, match=says):
        generated(tmp_path, the_hub, tcp_port)


def test_all_faults_are_said_at_once(tmp_path):
    with pytest.raises(BadConfig) as error:
        generated(tmp_path, hub(realm="r", root="two.words"), 8001)
    assert len(str(error.value).splitlines()) == 4


def test_a_file_that_nobody_touched_follows_the_site_file(tmp_path):
    first, second = generated(tmp_path), generated(tmp_path, tcp_port=8002)
    assert write_config(tmp_path, first) is Written.NEW
    assert write_config(tmp_path, first) is Written.UNCHANGED
    assert write_config(tmp_path, second) is Written.REGENERATED
    assert json.loads((tmp_path / CONFIG_NAME).read_text()) == second
    assert not (tmp_path / BACKUP_NAME).exists()


def edit(path):
    edited = path.read_text().replace('"port": 8001', '"port": 9001')
    path.write_text(edited)
    return edited


def test_an_edited_file_is_left_alone_and_the_difference_shown(tmp_path):
    write_config(tmp_path, generated(tmp_path))
    edited = edit(tmp_path / CONFIG_NAME)
    with pytest.raises(ConfigEdited) as error:
        write_config(tmp_path, generated(tmp_path))
    assert '-                        "port": 9001,' in str(error.value)
    assert '+                        "port": 8001,' in str(error.value)
    assert (tmp_path / CONFIG_NAME).read_text() == edited


def test_force_replaces_an_edited_file_and_keeps_it(tmp_path):
    write_config(tmp_path, generated(tmp_path))
    edited = edit(tmp_path / CONFIG_NAME)
    assert write_config(tmp_path, generated(tmp_path), force=True) is Written.REPLACED
    assert (tmp_path / BACKUP_NAME).read_text() == edited
    assert write_config(tmp_path, generated(tmp_path)) is Written.UNCHANGED


def test_a_file_of_unknown_origin_counts_as_edited(tmp_path):
    (tmp_path / CONFIG_NAME).write_text('{"version": 2}\n')
    with pytest.raises(ConfigEdited):
        write_config(tmp_path, generated(tmp_path))


def test_an_edit_that_was_undone_is_no_edit(tmp_path):
    write_config(tmp_path, generated(tmp_path))
    original = (tmp_path / CONFIG_NAME).read_text()
    edit(tmp_path / CONFIG_NAME)
    (tmp_path / CONFIG_NAME).write_text(original)
    assert write_config(tmp_path, generated(tmp_path, tcp_port=8002)) is Written.REGENERATED
