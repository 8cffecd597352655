"""Which program runs a class, found out without running anybody's code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ocs_sim.agent import BadAgentModule, UnknownAgentClass
from ocs_sim.supervise import Runner, find_runner

MODULE = """
raise SystemExit("must not be run")
class Telescope(Agent):
    aliases: ClassVar[tuple[str, ...]] = ("TelescopeAgent", "Scope")
class Enclosure(Agent):
    aliases = ("Roof",)
"""


@pytest.fixture
def agents(tmp_path: Path) -> Path:
    (tmp_path / "devices.py").write_text(MODULE)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["HostManager", "HostMaster", "FakeData", "FakeDataAgent", "AggregatorAgent"]
)
def test_installed_classes_are_ours_and_stay_unloaded(name: str) -> None:
    before = set(sys.modules)
    assert find_runner(name) is Runner.OURS
    assert not [each for each in set(sys.modules) - before if each.startswith("ocs_sim.agents.")]


@pytest.mark.parametrize("name", ["Telescope", "TelescopeAgent", "Scope", "Enclosure", "Roof"])
def test_classes_in_agent_paths_are_read_and_not_run(agents: Path, name: str) -> None:
    assert find_runner(name, [agents]) is Runner.OURS
    assert find_runner(name, [agents / "devices.py"]) is Runner.OURS


def test_an_unknown_class_has_a_nearest_name(agents: Path) -> None:
    with pytest.raises(UnknownAgentClass, match="'Telscope'; did you mean 'Telescope'"):
        find_runner("Telscope", [agents])


def test_a_file_that_is_no_python_is_named_only_when_its_class_may_be_in_it(agents: Path) -> None:
    (agents / "broken.py").write_text("class Spectrograph(\n")
    assert find_runner("Enclosure", [agents]) is Runner.OURS
    with pytest.raises(BadAgentModule, match=r"broken.py cannot be loaded as an agent: line 1"):
        find_runner("Spectrograph", [agents])
