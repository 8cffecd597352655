"""What a site file means."""

from pathlib import Path

import pytest

from ocs_sim.site import (
    AgentInstance,
    CrossbarSettings,
    Hub,
    Manage,
    NoSuchHost,
    NoSuchInstance,
    SeveralInstances,
    SiteIdentity,
    load,
)

REPO = Path(__file__).parents[2]
HUB = Hub("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "observatory_realm", "observatory", "none")


@pytest.fixture(scope="module")
def mini():
    return load(REPO / "site_config/default.yaml", environ={})


def test_the_mini_observatory(mini):
    host = mini.host("localhost")
    assert mini.hub == host.hub == HUB
    assert mini.home == REPO
    assert host.log_dir == REPO / "logs"
    assert host.crossbar == CrossbarSettings(REPO / "dot_crossbar")
    assert mini.identity == SiteIdentity(
        "mini", "The mini observatory", -30.1725, -70.7987, 2200.0, "America/Santiago"
    )
    assert [(each.instance_id, each.agent_class) for each in host.instances] == [
        ("master", "HostMaster"),
        ("registry", "RegistryAgent"),
        ("aggregator", "AggregatorAgent"),
        ("data1", "FakeDataAgent"),
        ("world", "WorldAgent"),
        ("mount", "MountAgent"),
        ("camera", "CameraAgent"),
        ("dome", "DomeAgent"),
        ("weather", "WeatherAgent"),
        ("jobs", "JobsAgent"),
        ("site", "SiteAgent"),
        ("api", "ApiAgent"),
    ]
    for name in ("world", "mount", "camera", "dome", "weather"):
        assert mini.instance(host, name).arguments[:4] == ("--host", "127.0.0.1", "--port", "11111")
    assert mini.instance(host, "aggregator").arguments == (
        "--initial-state", "record", "--data-dir", "../data/hk", "--metrics-port", "8011",
    )  # fmt: skip
    assert mini.warnings == ()


def test_the_housekeeping_of_the_mini_observatory_in_the_style_of_ocs_is_the_same(mini):
    other = load(REPO / "site_config/ocs_style.yaml", environ={})
    assert other.hub == mini.hub
    ours, theirs = mini.host("localhost"), other.host("localhost")
    assert (theirs.crossbar, theirs.log_dir) == (ours.crossbar, ours.log_dir)
    housekeeping = ours.instances[:4]
    assert [each.arguments for each in theirs.instances] == [each.arguments for each in housekeeping]
    assert [each.instance_id for each in theirs.instances] == [each.instance_id for each in housekeeping]


def test_what_init_writes_is_the_mini_observatory():
    template = REPO / "ocs_sim/launch/templates/site_config/default.yaml"
    assert template.read_bytes() == (REPO / "site_config/default.yaml").read_bytes()


def test_an_agent_has_what_its_keys_say(agent_of):
    agent = agent_of("""
        manage: host/down
        arguments: [--mode, acq]
        process-group: together
        env: {A: b, N: 1}
    """)
    assert agent == AgentInstance(
        "a", "A", Manage.HOST_DOWN, ("--mode", "acq"), (), "together", {"A": "b", "N": "1"}, line=8
    )


def test_what_is_left_out_has_its_default(write):
    path = write("""
        hub: {wamp_server: 'wss://hub.example:9000/ws', wamp_realm: realm1, address_root: lab}
        hosts: {h: {agent-instances: , crossbar: {}}, i: {agent-instances: [], crossbar: }}
    """)
    site = load(path, environ={})
    host = site.host("h")
    assert site.hub.wamp_http == "https://hub.example:9000/call"
    assert (site.hub.server_host, site.hub.server_port) == ("hub.example", 9000)
    assert (host.instances, host.agent_paths, host.environment) == ((), (), {})
    assert host.crossbar_timeout_seconds == 10
    assert host.log_dir == path.parents[1] / "logs"
    assert host.crossbar == CrossbarSettings(path.parents[1] / "dot_crossbar")
    assert site.host("i").crossbar is None
    assert site.identity is None


def test_home_is_beside_the_file_unless_that_is_in_site_config(write):
    text = "hub: {wamp_server: 'ws://h/ws', wamp_realm: realm1, address_root: lab}"
    beside = write(text, "lab.yaml")
    assert load(beside).home == beside.parent
    assert load(write(text, "site_config/lab.yaml")).home == beside.parent


def test_relative_paths_are_relative_to_the_file(site_of, tmp_path):
    host = site_of(
        host="""
        log-dir: ../elsewhere
        agent-paths: [mine.py, /opt/agents]
        crossbar: {config-dir: xbar, bin: ../venv/bin/crossbar, tcp-port: 8002}
        """
    ).host("localhost")
    folder = tmp_path / "site_config"
    assert host.log_dir == tmp_path / "elsewhere"
    assert host.agent_paths == (folder / "mine.py", Path("/opt/agents"))
    assert host.crossbar == CrossbarSettings(folder / "xbar", tmp_path / "venv/bin/crossbar", 8002)


def test_a_bare_word_for_crossbar_is_a_command(site_of):
    settings = site_of(host="crossbar: {bin: crossbar}").host("localhost").crossbar
    assert settings.bin == Path("crossbar")


def test_a_home_directory_is_expanded(site_of, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert site_of(host="log-dir: ~/logs").host("localhost").log_dir == Path("/home/me/logs")


def test_a_host_overrides_the_hub(site_of):
    host = site_of(host="wamp_server: ws://10.0.0.1:9001/ws\nwamp_realm: other").host("localhost")
    assert host.hub.wamp_server == "ws://10.0.0.1:9001/ws"
    assert host.hub.wamp_http == "http://10.0.0.1:9001/call"
    assert host.hub.wamp_realm == "other"


def test_a_given_bridge_stays_when_a_host_overrides_only_the_websocket(write):
    site = load(
        write("""
        hub:
          wamp_server: ws://h:8001/ws
          wamp_http: http://h:8001/call
          wamp_realm: realm1
          address_root: lab
        hosts:
          far: {agent-instances: [], wamp_server: 'ws://vpn:8001/ws'}
        """)
    )
    assert site.host("far").hub.wamp_http == "http://h:8001/call"


def test_the_environment_of_an_agent_is_over_that_of_its_host(site_of):
    site = site_of(
        agents="- {instance-id: a, agent-class: A, env: {LEVEL: debug}}", host="env: {LEVEL: info, TZ: UTC}"
    )
    host = site.host("localhost")
    assert host.environment == {"LEVEL": "info", "TZ": "UTC"}
    assert host.instances[0].environment == {"LEVEL": "debug", "TZ": "UTC"}


def test_depends_on_is_one_or_many(site_of):
    site = site_of(
        agents="""
        - {instance-id: a, agent-class: A}
        - {instance-id: b, agent-class: A, depends-on: a}
        - {instance-id: c, agent-class: A, depends-on: [a, b]}
        """
    )
    assert [each.depends_on for each in site.host("localhost").instances] == [(), ("a",), ("a", "b")]


def test_anchors_merge_and_own_keys_win(write):
    site = load(
        write("""
        x-camera: &camera {agent-class: Camera, manage: down, arguments: {exposure: 1}}
        hub: {wamp_server: 'ws://h/ws', wamp_realm: realm1, address_root: lab}
        hosts:
          h:
            agent-instances:
              - {<<: *camera, instance-id: north}
              - {instance-id: south, manage: up, <<: *camera}
        """)
    )
    north, south = site.host("h").instances
    assert (north.agent_class, north.manage) == ("Camera", Manage.HOST_DOWN)
    assert (south.agent_class, south.manage, south.arguments) == (
        "Camera",
        Manage.HOST_UP,
        ("--exposure", "1"),
    )


def test_the_host_is_the_one_asked_for_then_this_computer_then_localhost(write, monkeypatch):
    nodename = "observatory-pc"
    monkeypatch.setattr("os.uname", lambda: type("Uname", (), {"nodename": nodename}))
    hub = "hub: {wamp_server: 'ws://h/ws', wamp_realm: realm1, address_root: lab}"
    host = "{agent-instances: []}"
    both = load(write(f"{hub}\nhosts: {{localhost: {host}, {nodename}: {host}, other: {host}}}"))
    assert both.host("other").name == "other"
    assert both.host().name == nodename
    assert load(write(f"{hub}\nhosts: {{other: {host}, localhost: {host}}}")).host().name == "localhost"


def test_a_host_that_is_not_there_is_named_with_those_that_are(mini):
    with pytest.raises(NoSuchHost) as caught:
        mini.host("localhots")
    assert str(caught.value) == (
        f"{mini.path} has no host 'localhots': did you mean 'localhost'? "
        "It has localhost; choose one with --site-host."
    )


def test_a_site_without_hosts_loads_and_has_none(write):
    site = load(write("hub: {wamp_server: 'ws://h/ws', wamp_realm: realm1, address_root: lab}"))
    assert site.hosts == {}
    with pytest.raises(NoSuchHost, match="it lists none"):
        site.host()


def test_an_agent_that_is_not_there_is_named_with_the_nearest(mini):
    with pytest.raises(NoSuchInstance) as caught:
        mini.instance(mini.host("localhost"), "date1")
    assert str(caught.value) == (
        f"{mini.path} has no agent 'date1' on host 'localhost': did you mean 'data1'? "
        "It has master, registry, aggregator, data1, world, mount, camera, dome, weather, jobs, site, api; "
        "choose one with --instance-id."
    )


def test_an_agent_of_another_host_is_found_there(write):
    site = load(
        write("""
        hub: {wamp_server: 'ws://h/ws', wamp_realm: realm1, address_root: lab}
        hosts:
          a: {agent-instances: [{instance-id: x, agent-class: X}]}
          b: {agent-instances: []}
        """)
    )
    with pytest.raises(NoSuchInstance, match="it belongs to host 'a'; give --site-host a"):
        site.instance(site.host("b"), "x")


def test_the_only_agent_of_a_class_needs_no_id(site_of):
    site = site_of(
        agents="""
        - {instance-id: a, agent-class: A}
        - {instance-id: b, agent-class: B}
        - {instance-id: c, agent-class: B}
        """
    )
    host = site.host("localhost")
    assert site.instance_of_class(host, "A").instance_id == "a"
    with pytest.raises(SeveralInstances, match="choose one of b, c with --instance-id"):
        site.instance_of_class(host, "B")
    with pytest.raises(NoSuchInstance, match="has no agent of class 'C'"):
        site.instance_of_class(host, "C")


def test_a_socket_path_that_is_too_long_is_moved_and_stays_the_same(tmp_path):
    near = CrossbarSettings(Path("/srv/obs/dot_crossbar"))
    far = CrossbarSettings(Path("/srv") / ("x" * 100))
    assert near.socket_path == Path("/srv/obs/dot_crossbar/router.sock")
    assert len(str(far.socket_path)) < 100
    assert far.socket_path == CrossbarSettings(far.config_dir).socket_path
    assert far.socket_path != CrossbarSettings(Path("/srv") / ("y" * 100)).socket_path
