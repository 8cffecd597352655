"""The arguments of an agent, in every form."""

import pytest


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("[]", ()),
        ("", ()),
        ("[--mode, acq]", ("--mode", "acq")),
        ("[[--mode, acq], [--port, 8086]]", ("--mode", "acq", "--port", "8086")),
        ("[[[--a], [[1, [2]]]], 3]", ("--a", "1", "2", "3")),
        ("['--mode=acq']", ("--mode=acq",)),
        ("[--offset, -5, --gain, 1.50]", ("--offset", "-5", "--gain", "1.5")),
        ("[--on, true, --name, '']", ("--on", "True", "--name", "")),
        ("{}", ()),
        ("{num-channels: 4, mode: acq}", ("--num-channels", "4", "--mode", "acq")),
        ("{flag: true, other: false, -v: true, -q: false}", ("--flag", "--no-other", "-v")),
        ("{unset: null, empty: ''}", ("--empty", "")),
        ("{paths: [a, b], none: []}", ("--paths", "a", "b", "--none")),
        ("{--mode: acq, -n: 3}", ("--mode", "acq", "-n", "3")),
        ("{offset: -5, suffix: -x}", ("--offset", "-5", "--suffix=-x")),
        ("[{mode: acq}, {rate: 10}]", ("--mode", "acq", "--rate", "10")),
        ("['0012', 'yes', '10:30']", ("0012", "yes", "10:30")),
    ],
)
def test_words(agent_of, written, words):
    assert agent_of(f"arguments: {written}").arguments == words


@pytest.mark.parametrize(
    ("written", "word"),
    [("0012", "10"), ("yes", "True"), ("10:30", "630"), ("1_000", "1000"), ("null", "None"), ("0x1F", "31")],
)
def test_what_yaml_changes_is_passed_as_ocs_does_with_a_warning(site_of, written, word):
    site = site_of(agents=f"- {{instance-id: a, agent-class: A, arguments: [--x, {written}]}}")
    assert site.host("localhost").instances[0].arguments == ("--x", word)
    (warning,) = site.warnings
    assert f"so the agent gets {word!r}" in warning.message


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("${PORT}", "8086"),
        ("${ABSENT:-7}", "7"),
        ("${EMPTY:-x}", "x"),
        ("tcp://${HOST}:${PORT}", "tcp://sim:8086"),
        ("$${PORT}", "${PORT}"),
        ("$PORT $(x)", "$PORT $(x)"),
        ("${ZEROS}", "0012"),
        ("${PORT:-1}", "8086"),
    ],
)
def test_the_environment_fills_in(agent_of, written, word):
    environ = {"PORT": "8086", "HOST": "sim", "EMPTY": "", "ZEROS": "0012"}
    assert agent_of(f"arguments: [--x, '{written}']", environ=environ).arguments == ("--x", word)
    assert agent_of(f"arguments:\n  - --x\n  - {written}", environ=environ).arguments == ("--x", word)


def test_a_number_may_come_from_the_environment(site_of):
    site = site_of(
        site="site:\n  code: x\n  latitude: ${LAT}\n  longitude: ${LON:--70.5}\n",
        host="crossbar:\n  tcp-port: ${PORT}",
        environ={"LAT": "-30", "PORT": "8002"},
    )
    assert (site.identity.latitude_deg, site.identity.longitude_deg) == (-30.0, -70.5)
    assert site.host("localhost").crossbar.tcp_port == 8002


def test_text_from_the_environment_is_text_whatever_it_looks_like(site_of):
    site = site_of(site="site:\n  code: ${CODE}\n  latitude: 1\n  longitude: 2\n", environ={"CODE": "yes"})
    assert site.identity.code == "yes"
