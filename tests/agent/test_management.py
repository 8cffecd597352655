"""What an agent tells of itself."""

from __future__ import annotations

import os
import socket

import pytest

from ocs_sim.testing import AgentHarness
from tests.agent.example import Example


def test_the_api_has_what_ocs_has_and_what_we_add(example):
    api = example.ask()
    assert list(api)[:7] == [
        "agent_class",
        "instance_hostname",
        "instance_pid",
        "feeds",
        "processes",
        "tasks",
        "access_control",
    ]
    assert (api["agent_class"], api["instance_hostname"]) == ("Example", socket.gethostname())
    assert api["instance_pid"] == os.getpid()
    assert api["access_control"] == {
        "version": 1,
        "policy": "none",
        "update_timestamp": 1_700_000_000.0,
        "update_count": 0,
        "step": 0,
    }
    assert api["boot_id"] == "1700000000.0"
    assert [each["name"] for each in api["locks"]] == ["camera"]


def test_operations_are_triples_sorted_by_name(example):
    tasks = example.ask("get_tasks")
    names = [name for name, _, _ in tasks]
    assert names == sorted(names)
    _, session, info = tasks[names.index("expose")]
    assert session == {"op_name": "expose", "status": "no_history"}
    assert list(info)[:5] == ["blocking", "abortable", "docstring", "op_type", "min_privs"]
    assert info["docstring"] == "Expose.\n\nLonger text."
    assert info["params_schema"]["properties"]["seconds"] == {"type": "number", "minimum": 0, "unit": "s"}


def test_processes_have_no_abortable_and_aliases_are_shown(example):
    processes = example.ask("get_processes")
    assert [name for name, _, _ in processes] == ["monitor", "watch"]
    assert list(processes[0][2])[:4] == ["blocking", "docstring", "op_type", "min_privs"]
    assert processes[0][2]["docstring"] is None
    assert processes[0][2]["names"] == ["watch", "monitor"]


def test_the_last_run_is_in_the_api(example):
    example.run("returns", what="text")
    sessions = {name: session for name, session, _ in example.ask("get_tasks")}
    assert sessions["returns"]["status"] == "done"


@pytest.mark.parametrize("question", ["get_everything", "", 3, None])
def test_an_unknown_question_gets_nothing(example, question):
    assert example.ask(question) is None


def test_other_questions(example):
    assert example.ask("get_agent_class") == "Example"
    assert [name for name, _ in example.ask("get_feeds")] == ["temps", "news", "free", "heartbeat"]
    assert example.service.management.handle("get_agent_class", colour="red") == "Example"
    with pytest.raises(TypeError):
        example.service.management.handle()


def test_heartbeats_carry_only_codes_and_the_rest_is_in_the_description(example):
    example.advance(3.0)
    beats = example.published("heartbeat")
    assert len(beats) == 4
    assert beats[0].message == dict.fromkeys(example.agent.operations.codes(), 1)
    assert {"boot_id", "uptime_seconds", "blocks_waiting", "blocks_dropped"} <= set(beats[-1].feed.extras)


def test_a_muted_heart_does_not_beat(example):
    example.agent.heartbeat_enabled = False
    beats = len(example.published("heartbeat"))
    example.advance(5.0)
    assert len(example.published("heartbeat")) == beats


def test_one_agent_calls_another():
    with (
        AgentHarness(Example, instance_id="one") as one,
        AgentHarness(Example, bus=one.bus, instance_id="two") as two,
    ):
        context = one.agent.context
        reply = context.call_blocking("two", "returns", "start", {"what": "text"})
        assert reply.message == 'Started task "returns".'
        assert context.call_blocking("two", "returns", "wait").session["success"] is True
        assert two.status("returns").session["status"] == "done"
