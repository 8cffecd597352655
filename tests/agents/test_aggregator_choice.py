"""Aggregator records whom it is told to, and nobody else."""

import pytest
from ocs_sim.agents._choice import Choice
from ocs_sim.agents.aggregator import Aggregator

from ocs_sim.archive import Archive
from ocs_sim.site import AgentInstance, Host, Hub, Site
from ocs_sim.testing import AgentHarness
from tests.agents.test_aggregator import publish

AGENTS = ("one-mount", "one-dome", "two-mount", "registry")
HUB = Hub("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "test_realm", "observatory")


def site(directory):
    """Return a site file with the agents on two hosts, and not with the stranger that publishes too."""
    hosts = {
        name: Host(name, HUB, directory / "logs", instances=tuple(AgentInstance(each, "A") for each in ids))
        for name, ids in (("a", AGENTS[:2]), ("b", AGENTS[2:]))
    }
    return Site(directory / "site.yaml", HUB, hosts)


@pytest.mark.parametrize(
    ("patterns", "meant"),
    [
        ([], set(AGENTS)),
        (["one-*"], {"one-mount", "one-dome"}),
        (["*-mount", "registry"], {"one-mount", "two-mount", "registry"}),
        (["one-*", "!*-dome"], {"one-mount"}),
        (["!one-*"], {"two-mount", "registry"}),
        (["!one-*", "!two-*"], {"registry"}),
    ],
)
def test_patterns_mean_agents_of_all_hosts(tmp_path, patterns, meant):
    assert set(Choice(patterns).named_in(site(tmp_path))) == meant


@pytest.mark.integration
@pytest.mark.usefixtures("look_often")
@pytest.mark.parametrize(
    ("patterns", "recorded"),
    [
        (["one-*", "!*-dome"], {"one-mount"}),
        (["!one-*"], {"two-mount", "registry", "stranger"}),
    ],
)
def test_only_those_are_recorded(bus, tmp_path, patterns, recorded):
    arguments = ["--data-dir", str(tmp_path / "hk"), "--agents", *patterns]
    where = {"directory": tmp_path, "site": site(tmp_path)}
    with AgentHarness(Aggregator, bus=bus, instance_id="aggregator", arguments=arguments, **where) as harness:
        harness.start("record")
        harness.until(lambda: harness.status("record").session["status"] == "running")
        for number, name in enumerate((*AGENTS, "stranger")):
            address = f"observatory.{name}"
            publish(bus, float(number), f"{address}.feeds.false_temperatures", agent_address=address)
        harness.stop("record")
        harness.wait("record")
    with Archive(tmp_path / "hk") as archive:
        assert {field.name.partition(".")[0] for field in archive.fields("*")} == recorded
