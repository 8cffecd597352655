"""OCS's own client drives our agents and gets the answers that its users know."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
SESSION_KEYS = [
    "session_id",
    "op_name",
    "op_code",
    "cred_level",
    "status",
    "degraded",
    "success",
    "start_time",
    "end_time",
    "data",
    "messages",
]

ANSWERS = {
    "status, none yet": (0, "No session active."),
    "wait, never run": (0, "Idle."),
    "abort, never run": (-1, "No session active."),
    "start": (0, 'Started task "delay_task".'),
    "start again": (-1, 'Operation "delay_task" already in progress.'),
    "wait, timed out": (1, 'Operation "delay_task" still running; wait timed out.'),
    "status, running": (0, "Session active."),
    "wait, succeeded": (0, 'Operation "delay_task" is currently not running (SUCCEEDED).'),
    "status, done": (0, "Session active."),
    "abort, done": (-1, "The operation is already done"),
    "call a task": (0, 'Operation "delay_task" is currently not running (FAILED).'),
    "abort": (0, 'Requested abort on task delay_task".'),
    "wait, aborted": (0, 'Operation "delay_task" is currently not running (FAILED).'),
    "start with a wrong type": (-1, "Param 'delay'=soon is not of required type (<class 'float'>)"),
    "start with a stray": (-1, "params included unexpected values: ['dleay']"),
    "status after a rejected start": (0, "Session active."),
    "start a process": (0, 'Started process "acq".'),
    "stop": (0, 'Requested stop on process acq".'),
    "wait for a process": (0, 'Operation "acq" is currently not running (SUCCEEDED).'),
    "stop, done": (-1, "The operation is already done"),
    "start unknown": (-1, 'No task or process called "nonsense"'),
    "status unknown": (-1, 'No task or process called "nonsense"'),
    "wait unknown": (-1, 'Unknown operation "nonsense".'),
    "stop unknown": (-1, 'No operation called "nonsense".'),
    "abort unknown": (-1, 'No operation called "nonsense".'),
    "stop a task": (-1, 'Cannot "stop" "delay_task" because it is a "{op_type}".'),
    "abort a process": (-1, 'Cannot "abort" "acq" because it is a "{op_type}".'),
    "unknown action": (-1, 'No implementation for "acq"'),
    "a list as parameters of status": (0, "Session active."),
    "a list as parameters of start": (
        -1,
        "CRASH: during param pre-processing: 'list' object has no attribute 'get'",
    ),
}


CALLS = str(Path(__file__).with_name("ocs_calls.py"))


@pytest.fixture(scope="module")
def replies(observatory, ocs):
    return json.loads(ocs("python", CALLS, str(observatory.site_file), "data1"))


def test_ocs_own_agent_answers_the_same_but_for_the_run_that_it_forgets(observatory, ocs, faker, replies):
    theirs = json.loads(ocs("python", CALLS, str(observatory.site_file), faker))
    different = {case for case in theirs if theirs[case][:2] != replies[case][:2]}
    assert different == {"status after a rejected start"}


@pytest.mark.parametrize("case", ANSWERS)
def test_the_answer_is_exactly_that_of_ocs(replies, case):
    code, message, session = replies[case]
    assert (code, message) == ANSWERS[case]
    if session and session.get("status") != "no_history":
        assert list(session)[: len(SESSION_KEYS)] == SESSION_KEYS


def test_a_call_without_arguments_is_a_wamp_error(replies):
    assert replies["no arguments"] == "wamp.error.runtime_error"


def test_texts_of_the_sessions(replies):
    def texts(case):
        return [text for _, text in replies[case][2]["messages"]]

    assert texts("wait, succeeded")[:2] == ['Status is now "starting".', 'Status is now "running".']
    assert texts("wait, succeeded")[-2:] == ["Exited after 0.5 seconds", 'Status is now "done".']
    assert any(text.startswith("Aborted after") for text in texts("wait, aborted"))
    assert "Acquisition exited cleanly." in texts("wait for a process")


def test_a_rejected_start_keeps_the_run_before_it(replies):
    assert (
        replies["status after a rejected start"][2]["session_id"] == replies["wait, aborted"][2]["session_id"]
    )


@pytest.mark.parametrize("how", [[], ["--use-registry", "registry"]], ids=["heartbeats", "registry"])
def test_scan_lists_our_agents(observatory, ocs, how):
    site = ["--site-file", str(observatory.site_file), "--site-host", "localhost"]
    listed = {line.strip() for line in ocs("ocs-client-cli", *site, "scan", *how).splitlines()}
    assert {"master", "registry", "aggregator", "data1"} <= listed
