"""From a command line and a site file to the agents to run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ocs_sim.agent import AgentError
from ocs_sim.agent._plan import make_plans
from ocs_sim.errors import ObservatoryError
from ocs_sim.site import NoSuchInstance, SeveralInstances, SiteFileNotFound

HUB = {"wamp_server": "ws://127.0.0.1:8001/ws", "wamp_realm": "test_realm", "address_root": "observatory"}
AGENTS = [
    {
        "instance-id": "data1",
        "agent-class": "FakeDataAgent",
        "arguments": ["--num-channels", "4", "--mode", "acq"],
    },
    {"instance-id": "data2", "agent-class": "FakeDataAgent", "arguments": ["--log-dir", "elsewhere"]},
    {"instance-id": "bare", "agent-class": "Barebones"},
]


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "site_config").mkdir()
    host = {"log-dir": "logs", "crossbar": {}, "agent-instances": AGENTS}
    text = json.dumps({"hub": HUB, "hosts": {"localhost": host}})
    (tmp_path / "site_config" / "default.yaml").write_text(text)
    return tmp_path


def plans(directory: Path, words: str):
    return make_plans([*words.split(), "--site-host", "localhost"], directory)


def test_a_plan_has_class_options_and_place(directory):
    (plan,) = plans(directory, "--instance-id data1")
    assert (plan.address, plan.agent_type.__name__) == ("observatory.data1", "FakeData")
    assert (plan.options.num_channels, plan.options.mode) == (4, "acq")
    assert plan.crossbar is not None


def test_the_command_line_goes_over_the_site_file(directory):
    words = "--instance-id data1 --num-channels 7 --site-hub ws://h:1/ws --address-root root --log-dir here"
    (plan,) = plans(directory, words + " --access-policy override:a,b --crossbar-timeout 5")
    assert (plan.options.num_channels, plan.options.mode) == (7, "acq")
    assert plan.address == "root.data1"
    assert plan.host.hub.wamp_server == "ws://h:1/ws"
    assert plan.host.log_dir == directory / "here"
    assert plan.host.hub.access_policy == "override:a,b"
    assert plan.crossbar is None, "the site's own router is not the one that is meant"


def test_common_options_may_stand_in_the_site_file(directory):
    (plan,) = plans(directory, "--instance-id data2")
    assert plan.host.log_dir == directory / "site_config" / "elsewhere"


def test_how_much_is_kept_is_known(directory):
    (plan,) = plans(directory, "--instance-id data1 --spill-mb 16")
    assert (plan.common.spill_bytes, plan.common.history_bytes) == (16 * 2**20, 64 * 2**20)
    with pytest.raises(AgentError, match="--history-mb x: must be a number of megabytes"):
        plans(directory, "--instance-id data1 --history-mb x")


def test_several_agents_of_one_process(directory):
    assert [plan.address for plan in plans(directory, "--instance-id data1 --instance-id bare")] == [
        "observatory.data1",
        "observatory.bare",
    ]


def test_a_class_alone_finds_its_only_agent(directory):
    assert [plan.instance.instance_id for plan in plans(directory, "--agent-class Barebones")] == ["bare"]
    with pytest.raises(SeveralInstances):
        plans(directory, "--agent-class FakeDataAgent")


def test_an_agent_that_the_site_does_not_have_runs_when_its_class_is_named(directory):
    (plan,) = plans(directory, "--instance-id trial --agent-class FakeData --num-channels 1")
    assert (plan.address, plan.options.num_channels) == ("observatory.trial", 1)
    with pytest.raises(NoSuchInstance, match="did you mean 'data1'"):
        plans(directory, "--instance-id dat1")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("--mode acq", "--instance-id is required"),
        ("--instance-id data1 --instance-id data1", "an instance-id is given twice"),
        ("--instance-id data1 --colour red", "--colour is not an option"),
        ("--instance-id data1 --mode fast", "The arguments of data1 do not fit: --mode fast"),
        ("--instance-id", "expected one argument"),
        ("--instance-id x --agent-class Nothing", "There is no agent class 'Nothing'"),
    ],
)
def test_what_does_not_fit_is_said(directory, words, fault):
    with pytest.raises(AgentError) as refused:
        plans(directory, words)
    assert fault in str(refused.value)


def test_a_site_file_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.delenv("OCS_CONFIG_DIR", raising=False)
    with pytest.raises(SiteFileNotFound):
        make_plans(["--instance-id", "x", "--site-file", "nowhere.yaml"], tmp_path)
    assert issubclass(SiteFileNotFound, ObservatoryError)
