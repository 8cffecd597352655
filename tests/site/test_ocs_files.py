"""Site files laid out as OCS's documentation and examples have them load as they are."""

import pytest

from ocs_sim.site import Manage, Severity, check, load

# Quoted keys in flow style, a registry_address of old, folders of agents, numbers among the words.
ONE_HOST = """
# A lab with everything on one computer.
hub:

  wamp_server: ws://localhost:8001/ws
  wamp_http: http://localhost:8001/call
  wamp_realm: test_realm
  address_root: observatory
  registry_address: observatory.registry

hosts:

  localhost: {
    'crossbar': {'config-dir': './dot_crossbar/'},
    'log-dir': './logs',
    'agent-paths': [
        '../../agents/',
        './',
        ],
    'agent-instances': [
      {'agent-class': 'HostManager',
       'instance-id': 'hm1',
       'arguments': []},
      {'agent-class': 'RegistryAgent',
       'instance-id': 'registry',
       'arguments': []},
      {'agent-class': 'AggregatorAgent',
       'instance-id': 'agg1',
       'arguments': [['--initial-state', 'record'],
                     ['--time-per-file', '30'],
                     ['--data-dir', './data/']]},
      {'agent-class': 'FakeDataAgent',
       'instance-id': 'data1'},
    ]
  }
"""

# A host with a HostManager, a pseudo-host for what runs in docker, and one with its own view of the router.
SEVERAL_HOSTS = """
hub:
  wamp_server: ws://10.10.10.3:8001/ws
  wamp_http: http://10.10.10.3:8001/call
  wamp_realm: test_realm
  address_root: observatory
  access_policy: "director:access-dir"

hosts:
  daq-1:
    log-dir: /var/log/ocs
    crossbar_timeout: 30
    crossbar: {}
    agent-instances:
      - agent-class: HostManager
        instance-id: hm-daq-1
        manage: "no"
        arguments:
          - --initial-state
          - up
          - ['--docker-compose', '/opt/compose/docker-compose.yaml']
          - --quiet
      - agent-class: Thermometer
        instance-id: thermo1
        manage: docker
        arguments: [['--serial-number', 'LSSIM'], ['--port', 'tcp://sim:1094'],
                    ['--mode=acq'], '--offset', -5]
      - {agent-class: Thermometer, instance-id: thermo2, manage: docker/down}
      - {agent-class: Thermometer, instance-id: thermo3, manage: down}
      - {agent-class: Thermometer, instance-id: thermo4, manage: host/down}
      - {agent-class: Thermometer, instance-id: thermo5, manage: host}
      - {agent-class: Thermometer, instance-id: thermo6, manage: ~}
      - {agent-class: Thermometer, instance-id: thermo7, manage: ignore}

  daq-1-docker:
    crossbar: null
    wamp_server: ws://crossbar:8001/ws
    agent-instances:
      - agent-class: InfluxDBAgent
        instance-id: influxagent
        arguments: [['--initial-state', 'record'], ['--host', 'influxdb'], ['--port', 8086],
                    ['--protocol', 'line'], ['--gzip', True], ['--database', 'ocs_feeds']]
      - {agent-class: InfluxDBAgentv2, instance-id: influxagent2, arguments: []}
"""

NO_HOSTS = """
hub: {wamp_server: 'ws://localhost:8001/ws', wamp_realm: debug_realm, address_root: detlab}
"""


@pytest.mark.parametrize("text", [ONE_HOST, SEVERAL_HOSTS, NO_HOSTS])
def test_nothing_keeps_it_from_loading(write, text):
    path = write(text, "default.yaml")
    assert load(path, environ={}).path == path
    faults = [fault for fault in check(path, environ={}) if fault.severity is not Severity.WARNING]
    # The one thing that OCS's agents do and ours refuse is said before they are started.
    assert all("access_policy 'director:access-dir'" in fault.message for fault in faults)


def test_one_host(write):
    path = write(ONE_HOST, "default.yaml")
    host = load(path, environ={}).host("localhost")
    assert host.crossbar.config_dir == path.parent / "dot_crossbar"
    assert host.log_dir == path.parent / "logs"
    assert host.agent_paths == (path.parent.parents[1] / "agents", path.parent)
    assert [each.manage for each in host.instances] == [Manage.HOST_UP] * 4
    assert host.instances[2].arguments == (
        "--initial-state", "record", "--time-per-file", "30", "--data-dir", "./data/",
    )  # fmt: skip
    assert host.instances[3].arguments == ()


def test_several_hosts(write):
    site = load(write(SEVERAL_HOSTS, "default.yaml"), environ={})
    near, docker = site.host("daq-1"), site.host("daq-1-docker")
    assert site.hub.access_policy == "director:access-dir"
    assert near.crossbar is not None
    assert near.crossbar_timeout_seconds == 30
    assert docker.crossbar is None
    assert docker.hub.wamp_server == "ws://crossbar:8001/ws"
    assert docker.hub.wamp_http == "http://10.10.10.3:8001/call"
    assert [each.manage for each in near.instances] == [
        Manage.IGNORE,
        Manage.DOCKER_UP,
        Manage.DOCKER_DOWN,
        Manage.HOST_DOWN,
        Manage.HOST_DOWN,
        Manage.HOST_UP,
        Manage.HOST_UP,
        Manage.IGNORE,
    ]
    assert near.instances[0].arguments == (
        "--initial-state", "up", "--docker-compose", "/opt/compose/docker-compose.yaml", "--quiet",
    )  # fmt: skip
    assert near.instances[1].arguments == (
        "--serial-number", "LSSIM", "--port", "tcp://sim:1094", "--mode=acq", "--offset", "-5",
    )  # fmt: skip
    assert docker.instances[0].arguments[4:10] == ("--port", "8086", "--protocol", "line", "--gzip", "True")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("null", Manage.HOST_UP),
        ("'yes'", Manage.HOST_UP),
        ("up", Manage.HOST_UP),
        ("host", Manage.HOST_UP),
        ("host/up", Manage.HOST_UP),
        ("down", Manage.HOST_DOWN),
        ("host/down", Manage.HOST_DOWN),
        ("docker", Manage.DOCKER_UP),
        ("docker/up", Manage.DOCKER_UP),
        ("docker/down", Manage.DOCKER_DOWN),
        ("'no'", Manage.IGNORE),
        ("ignore", Manage.IGNORE),
        ("yes", Manage.HOST_UP),
        ("no", Manage.IGNORE),
    ],
)
def test_manage(agent_of, written, meant):
    assert agent_of(f"manage: {written}").manage is meant
