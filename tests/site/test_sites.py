"""Several observatories in one file: each becomes agents of its own."""

import textwrap
from pathlib import Path

import pytest
import yaml

from ocs_sim.site import SiteIdentity, check, load
from tests.site.conftest import HUB

PLACE = "lat: -30, lng: -70"


@pytest.fixture
def expand(write):
    """Load a site file with the sites that a test gives; returns its agents by their names."""

    def load_agents(sites, more=""):
        body = textwrap.indent(textwrap.dedent(sites).strip(), "  ")
        agents = "[{instance-id: registry, agent-class: RegistryAgent}]"
        text = f"{HUB}hosts:\n  localhost:\n    agent-instances: {agents}\nsites:\n{body}\n{more}\n"
        site = load(write(text), environ={})
        return {each.instance_id: each for each in site.host("localhost").instances if each.site_code}

    return load_agents


def options(agent):
    """Return the options of an agent that have one value."""
    words = agent.arguments
    return {word: words[i + 1] for i, word in enumerate(words[:-1]) if word.startswith("--")}


def test_each_site_becomes_agents_with_places_and_ports_of_their_own(expand, tmp_path):
    agents = expand(f"one: {{{PLACE}}}\ntwo: {{{PLACE}}}")
    devices = ("mount", "camera", "dome", "weather")
    for code, port in (("one", "11200"), ("two", "11201")):
        assert {f"{code}-{name}" for name in ("world", "aggregator", *devices)} <= agents.keys()
        for name in ("world", *devices):
            assert options(agents[f"{code}-{name}"])["--port"] == port
        data = tmp_path / "data" / code
        assert options(agents[f"{code}-camera"])["--data-dir"] == str(data / "images")
        assert options(agents[f"{code}-aggregator"])["--data-dir"] == str(data / "hk")
        assert options(agents[f"{code}-aggregator"])["--agents"] == f"{code}-*"
        assert options(agents[f"{code}-camera"])["--mount"] == f"{code}-mount"
        ours = [each for name, each in agents.items() if name.startswith(code)]
        assert {each.site_code for each in ours} == {code} == {each.process_group for each in ours}
        needs = {need for each in ours for need in each.depends_on}
        assert needs <= {each.instance_id for each in ours}
    assert options(agents["one-world"])["--seed"] != options(agents["two-world"])["--seed"]


def test_a_world_is_made_from_the_code_so_that_another_site_changes_nothing(expand):
    alone = expand(f"two: {{{PLACE}}}")["two-world"]
    with_another = expand(f"one: {{{PLACE}}}\ntwo: {{{PLACE}}}")["two-world"]
    assert options(alone)["--seed"] == options(with_another)["--seed"]
    assert options(expand(f"two: {{{PLACE}, seed: 5}}")["two-world"])["--seed"] == "5"


def test_every_agent_sees_its_own_observatory(write):
    text = f"""
    site: {{code: mini, latitude: 1, longitude: 2}}
    hosts:
      localhost:
        agent-instances: [{{instance-id: registry, agent-class: RegistryAgent}}]
    Sites:
      one: {{name: The first, alias: 1st, country: Chile, tz: America/Santiago, {PLACE}, elevation: 7}}
      second: {{code: two, latitude: 3, longitude: 4, timezone: UTC}}
    """
    site = load(write(HUB + textwrap.dedent(text)), environ={})
    one = SiteIdentity("one", "The first", -30, -70, 7, "America/Santiago", "1st", "Chile")
    assert site.observatories == {
        "mini": SiteIdentity("mini", "mini", 1, 2),
        "one": one,
        "two": SiteIdentity("two", "two", 3, 4),
    }
    seen = {each.instance_id: site.seen_from(each).identity.code for each in site.host("localhost").instances}
    assert (seen["registry"], seen["one-mount"], seen["two-mount"]) == ("mini", "one", "two")


@pytest.mark.parametrize("devices", ["[mount, camera]", "{mount: , camera: {previews: false}}"])
def test_a_site_chooses_its_devices(expand, devices):
    agents = expand(f"gmt: {{{PLACE}, devices: {devices}}}")
    assert {"gmt-mount", "gmt-camera", "gmt-world"} <= agents.keys()
    assert not {"gmt-dome", "gmt-weather"} & agents.keys()
    # Who is not there is not waited for, nor asked.
    assert not {"--dome", "--dome-shut"} & set(agents["gmt-mount"].arguments)
    assert not {"--dome", "--weather"} & set(agents["gmt-camera"].arguments)
    assert ("--no-previews" in agents["gmt-camera"].arguments) == ("previews" in devices)


def test_options_of_the_template_can_be_others_and_agents_be_left_out(expand):
    agents = expand(f"""
        gmt:
          {PLACE.replace(", ", chr(10) + "          ")}
          alpaca-host: 10.0.0.5
          alpaca-port: 32323
          agents: {{world: no, mount: {{lowest-altitude: 20, dome-shut: refuse}}}}
    """)
    assert "gmt-world" not in agents
    mount = options(agents["gmt-mount"])
    assert (mount["--host"], mount["--port"], mount["--lowest-altitude"]) == ("10.0.0.5", "32323", "20")
    assert mount["--dome-shut"] == "refuse"
    assert "gmt-world" not in agents["gmt-mount"].depends_on


@pytest.mark.parametrize(
    ("keys", "groups"),
    [
        ("", {"gmt"}),
        (", processes: together", {"gmt"}),
        (", processes: separate", {None}),
        (", process-group: north", {"north"}),
    ],
)
def test_agents_of_a_site_share_a_process_unless_told_otherwise(expand, keys, groups):
    agents = expand(f"gmt: {{{PLACE}{keys}}}")
    assert {each.process_group for each in agents.values()} == groups


def test_sites_run_on_the_host_of_the_router_unless_they_name_another(write):
    text = f"""
    hosts:
      first: {{agent-instances: []}}
      second: {{agent-instances: [], crossbar: {{}}}}
    sites:
      one: {{{PLACE}, template: small}}
      two: {{{PLACE}, template: small, host: first}}
    """
    site = load(write(HUB + textwrap.dedent(text)), environ={})
    codes = {name: {each.site_code for each in host.instances} for name, host in site.hosts.items()}
    assert codes == {"first": {"two"}, "second": {"one"}}


OWN_TEMPLATE = """\
x-note: mine
agents:
  archive:
    agent-class: AggregatorAgent
    arguments: {data-dir: "${archive_dir}"}
    process-group: disk
devices:
  wheel:
    agent-class: Wheel
    depends-on: [archive, registry]
    arguments: {filters: "${filters}", name: "${name}", archive: "${archive:-}"}
"""


def test_a_template_of_ones_own(expand, write, tmp_path):
    write(OWN_TEMPLATE, "site_config/mine.yaml")
    more = "variables: {filters: UBV}"
    agents = expand(f"gmt: {{{PLACE}, name: North, template: mine.yaml, {more}}}")
    assert agents["gmt-wheel"].arguments == (
        "--filters", "UBV", "--name", "North", "--archive", "gmt-archive",
    )  # fmt: skip
    assert agents["gmt-wheel"].depends_on == ("gmt-archive", "registry")
    assert [each.process_group for each in agents.values()] == ["gmt-disk", "gmt"]


@pytest.mark.parametrize(("given", "name"), [("UBV", "with UBV"), ("", None), (None, None)])
def test_what_stands_where_a_variable_is_there(write, given, name):
    path = write(f"{HUB}site: {{code: x, latitude: 1, longitude: 2, name: '${{F:+with }}${{F:-}}'}}\n")
    identity = load(path, environ={} if given is None else {"F": given}).identity
    assert identity.name == (name or "")


FAULTY_TEMPLATES = [
    (OWN_TEMPLATE.replace("${name}", "${nmae}"), "line 11: The environment variable nmae is not set: set it, "
     "or give a default: ${nmae:-value}."),
    ("devices: [mount]\n", "line 1: devices must map names to agents, not be a list."),
    ("devices:\n  a: Mount\n", "line 2: agent 'a' must be a mapping of `key: value` lines, not text."),
]  # fmt: skip


@pytest.mark.parametrize(("template", "said"), FAULTY_TEMPLATES)
def test_a_fault_in_a_template_is_named_with_its_line_at_the_site(write, template, said):
    write(template, "site_config/mine.yaml")
    text = f"{HUB}hosts: {{localhost: {{agent-instances: []}}}}\nsites:\n  gmt: {{{PLACE}, "
    path = write(f"{text}template: mine.yaml, variables: {{filters: U}}}}\n")
    found = [str(fault).removeprefix(f"{path}:") for fault in check(path, environ={})]
    assert found == [f"7:39: error: Template 'mine.yaml', {said}"]


def test_what_a_template_has_that_no_agent_knows_is_named_at_the_site(write):
    write(
        OWN_TEMPLATE.replace("process-group", "procces-group").replace(", registry", ""),
        "site_config/mine.yaml",
    )
    text = f"{HUB}hosts: {{localhost: {{agent-instances: []}}}}\nsites:\n  gmt:\n    lat: 1\n    lng: 2\n"
    path = write(f"{text}    template: mine.yaml\n    variables: {{filters: U}}\n")
    assert [str(fault).removeprefix(f"{path}:") for fault in check(path, environ={})] == [
        "7:3: error: agent 'archive' of 'gmt' has no key 'procces-group', so it is ignored. "
        "Did you mean 'process-group'?"
    ]


def test_options_that_no_agent_has_are_named_where_they_are_written(write):
    class Knows:
        def check(self, tokens):
            return ["--sed: no such option"] if "--sed" in tokens else []

    text = f"{HUB}hosts: {{localhost: {{agent-instances: []}}}}\nsites:\n  gmt:\n    template: small\n"
    path = write(f"{text}    lat: 1\n    lng: 2\n    agents:\n      world:\n        sed: 4\n")
    classes = {f"{name}Agent": Knows() for name in ("World", "Mount", "Camera", "Jobs", "Site")}
    assert [(fault.line, fault.message) for fault in check(path, classes, environ={})] == [
        (13, "--sed: no such option")
    ]


def test_adding_a_site_is_adding_a_key(expand):
    before = expand(f"one: {{{PLACE}}}\ntwo: {{{PLACE}}}")
    after = expand(f"one: {{{PLACE}}}\ntwo: {{{PLACE}}}\nnew: {{{PLACE}}}")
    kept = {name: each for name, each in after.items() if each.site_code != "new"}
    assert kept == before
    assert {each.site_code for each in after.values()} == {"one", "two", "new"}


def test_three_sites_are_sound():
    path = Path(__file__).parents[2] / "site_config/three_sites.yaml"
    assert check(path, environ={}) == []
    site = load(path, environ={})
    assert list(site.observatories) == list(yaml.safe_load(path.read_text())["sites"])
