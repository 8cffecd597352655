"""From a site file to the children that it asks for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ocs_sim import site as sites
from ocs_sim.errors import ObservatoryError
from ocs_sim.supervise import Child, Runner, Target, plan_children

MARKER = {"OBSBOW_HOST_MASTER": "observatory.master"}
SITE = """
hub:
  wamp_server: ws://127.0.0.1:8001/ws
  wamp_realm: observatory_realm
  address_root: observatory
hosts:
  localhost:
    env: {RATE: "1", SHARED: host}
    agent-instances:
"""


class NoSuchClass(ObservatoryError):
    """There is no agent class {name!r}."""


def lookup(agent_class: str, agent_paths: Sequence[Path]) -> Runner:
    if agent_class == "Mystery":
        raise NoSuchClass(name=agent_class)
    return Runner.OCS if agent_class == "ACUAgent" else Runner.OURS


@pytest.fixture
def plan(tmp_path: Path):
    def plan(*instances: str) -> dict[str, Child]:
        path = tmp_path / "site_config" / "default.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(SITE + "".join(f"      - {{{text}}}\n" for text in instances))
        site = sites.load(path)
        children = plan_children(site, site.host("localhost"), lookup, own="master", marker=MARKER)
        return {child.spec.name: child for child in children}

    return plan


def test_a_child_is_a_command_an_environment_and_a_target(plan, tmp_path: Path) -> None:
    children = plan(
        "instance-id: master, agent-class: HostMaster",
        "instance-id: data1, agent-class: FakeDataAgent, arguments: [--mode, acq], env: {RATE: '5'}",
        "instance-id: data2, agent-class: FakeDataAgent, manage: down",
        "instance-id: data3, agent-class: FakeDataAgent, manage: ignore",
    )
    assert list(children) == ["data1", "data2"]
    data1 = children["data1"]
    site_file = str(tmp_path / "site_config" / "default.yaml")
    assert data1.spec.command == (
        *(sys.executable, "-m", "ocs_sim.agent", "--site-file", site_file),
        *("--site-host", "localhost", "--instance-id", "data1"),
    )
    assert data1.spec.environment == {"RATE": "5", "SHARED": "host", **MARKER}
    assert data1.spec.working_dir == tmp_path
    assert data1.spec.members[0].arguments == ("--mode", "acq")
    assert (data1.target, children["data2"].target) == (Target.UP, Target.DOWN)


def test_agents_of_ocs_are_run_by_ocs(plan, tmp_path: Path) -> None:
    command = plan("instance-id: acu, agent-class: ACUAgent")["acu"].spec.command
    assert command[1:3] == ("-m", "ocs.agent_cli")
    assert command[-2:] == ("--working-dir", str(tmp_path))


def test_agents_of_ocs_get_the_time_that_they_need_to_end(plan) -> None:
    children = plan(
        "instance-id: acu, agent-class: ACUAgent", "instance-id: data1, agent-class: FakeDataAgent"
    )
    assert children["acu"].policy.terminate_after_seconds > 7 > children["data1"].policy.kill_after_seconds


def test_a_group_is_one_process(plan) -> None:
    children = plan(
        "instance-id: cam1, agent-class: FakeDataAgent, process-group: cams, depends-on: [power]",
        "instance-id: power, agent-class: FakeDataAgent",
        "instance-id: cam2, agent-class: FakeDataAgent, process-group: cams, depends-on: [cam1, power]",
    )
    group = children["group-cams"]
    assert group.spec.command[-4:] == ("--instance-id", "cam1", "--instance-id", "cam2")
    assert group.depends_on == ("power",)
    assert group.process_group == "cams"


@pytest.mark.parametrize(
    ("instances", "name", "problem"),
    [
        (["instance-id: a, agent-class: Mystery"], "a", "There is no agent class 'Mystery'."),
        (["instance-id: a, agent-class: X, manage: docker"], "a", "managed by docker"),
        (
            [
                "instance-id: a, agent-class: ACUAgent, process-group: g",
                "instance-id: b, agent-class: X, process-group: g",
            ],
            "group-g",
            "cannot share a process",
        ),
        (
            [
                "instance-id: a, agent-class: X, process-group: g, depends-on: [c]",
                "instance-id: b, agent-class: X, process-group: g",
                "instance-id: c, agent-class: X, depends-on: [b]",
            ],
            "group-g",
            "it depends on itself: group-g -> c -> group-g",
        ),
    ],
)
def test_what_cannot_be_started_says_why(plan, instances: list[str], name: str, problem: str) -> None:
    assert problem in (plan(*instances)[name].problem or "")
