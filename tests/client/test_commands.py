"""obsbow scan, call, listen and shell, and scripts/run_acq.py."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from ocs_sim import Client
from ocs_sim.launch._cli import obsbow
from ocs_sim.testing import wait_until
from tests.client.conftest import on_loop, session

pytestmark = pytest.mark.integration

OBSBOW = str(Path(sys.executable).with_name("obsbow"))
RUN_ACQ = str(Path(__file__).parents[2] / "scripts" / "run_acq.py")


@pytest.fixture
def run(faker):
    """Run obsbow in this process; return its exit code, stdout and stderr."""

    def invoke(command, *arguments):
        result = CliRunner().invoke(obsbow, [command, *arguments, "--site-file", str(faker)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    return invoke


@pytest.fixture
def client(faker):
    with Client("data1", site_file=faker) as client:
        yield client


class TestScan:
    def test_agents_are_listed(self, run):
        code, out, error = run("scan", "--seconds", "1.3")

        assert (code, error) == (0, "")
        assert ["data1", "FakeDataAgent"] in [line.split()[:2] for line in out.splitlines()]

    def test_details_show_every_operation(self, run):
        _, out, _ = run("scan", "--seconds", "1.3", "--details")

        assert "delay_task: " in out

    def test_json_is_for_programs(self, run):
        _, out, _ = run("scan", "--seconds", "1.3", "--json")

        (data1,) = [agent for agent in json.loads(out) if agent["instance_id"] == "data1"]
        assert data1["agent_class"] == "FakeDataAgent"
        assert set(data1["operations"]) == {"acq", "count", "sampler", "set_heartbeat", "delay_task"}

    def test_nobody_is_told(self, run):
        assert run("scan", "--seconds", "0")[1].startswith("No agent was heard within 0 s.")
        assert json.loads(run("scan", "--seconds", "0", "--json")[1]) == []

    @pytest.mark.parametrize("attempt", range(3))
    def test_an_interrupt_ends_it_without_a_traceback(self, faker, attempt):
        words = [OBSBOW, "scan", "--seconds", "30", "--site-file", str(faker)]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        seen = psutil.Process(process.pid)
        wait_until(lambda: seen.net_connections("unix"), 20, "a connection")
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=20)

        assert process.returncode not in (0, None)
        assert "Traceback" not in error


class TestCall:
    def test_a_task_is_run_to_its_end(self, run):
        code, out, error = run("call", "data1", "delay_task", "delay=0.05")

        assert (code, error) == (0, "")
        assert "Exited after 0.1 seconds" in out

    def test_json_has_the_whole_reply(self, run):
        code, out, _ = run(
            "call", "data1", "delay_task", "--params", '{"delay": 0.05}', "succeed=false", "--json"
        )

        reply = json.loads(out)
        assert (code, reply["status"], reply["session"]["success"]) == (1, 0, False)
        assert reply["session"]["params"] == {"delay": 0.05, "succeed": False}

    def test_a_process_is_started_asked_and_stopped(self, run):
        assert run("call", "data1", "acq", "start")[0] == 0
        assert "status=" in run("call", "data1", "acq")[1]
        assert run("call", "data1", "acq", "wait", "--timeout", "0.05")[0] == 3
        assert run("call", "data1", "acq", "stop")[0] == 0
        assert run("call", "data1", "acq", "wait", "--timeout", "20")[0] == 0

    def test_an_agents_no_is_exit_code_1(self, run):
        code, out, _ = run("call", "data1", "delay_task", "delay=soon")

        assert (code, out) == (
            1,
            "Reply: ERROR : Param 'delay'=soon is not of required type (<class 'float'>)\n",
        )

    def test_how_a_failed_run_is_can_be_asked_without_failing(self, run):
        assert run("call", "data1", "delay_task", "delay=0", "succeed=false")[0] == 1
        assert run("call", "data1", "delay_task", "status")[0] == 0

    def test_time_may_be_up(self, run, client):
        assert run("call", "data1", "delay_task", "delay=60", "--timeout", "0.05")[0] == 3
        client.delay_task.abort()
        client.delay_task.wait(10)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (
                ["acq", "launch"],
                "'launch' is neither an action (start, stop, abort, wait, status) nor NAME=VALUE",
            ),
            (["acq", "start", "fast"], "'fast' is not NAME=VALUE"),
            (["acq", "=3"], "'=3' is not NAME=VALUE"),
            (["acq", "stop", "now=true"], "stop takes no parameters"),
            (["acq", "test_mode=true"], "acq is a process: `obsbow call data1 acq start ...`"),
            (["acq", "start", "--params", "{"], "--params is not JSON"),
            (["acq", "start", "--params", "[1]"], "--params must be a JSON object"),
        ],
    )
    def test_misuse_is_exit_code_2(self, run, words, said):
        code, _, error = run("call", "data1", *words)

        assert code == 2
        assert said in error

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["dat1", "acq"], "Did you mean 'data1'?"),
            (["data1", "acqq"], "data1 has no operation 'acqq'. Did you mean 'acq'?"),
        ],
    )
    def test_what_is_not_there_is_one_sentence(self, run, words, said):
        code, out, error = run("call", *words)

        assert (code, out) == (1, "")
        assert error.startswith("obsbow: ")
        assert said in error
        assert error.count("\n") == 1

    def test_an_interrupt_leaves_the_task_and_says_so(self, faker, client):
        # From the bar on it is sure to know that the task has begun.
        code, shown = in_terminal(
            [OBSBOW, "call", "data1", "delay_task", "delay=60", "--site-file", str(faker)], interrupt_at="━"
        )
        still = client.delay_task.status().session.status
        client.delay_task.abort()
        client.delay_task.wait(10)

        assert (code, still) == (130, "running")
        assert "delay_task of data1 goes on; `obsbow call data1 delay_task abort` would end it." in shown
        assert "Traceback" not in shown

    def test_a_person_sees_a_bar(self, faker):
        code, shown = in_terminal(
            [OBSBOW, "call", "data1", "delay_task", "delay=1.2", "--site-file", str(faker)]
        )

        assert code == 0
        assert "data1.delay_task" in shown
        assert "━" in shown
        assert "to 1.2 s" in shown


def in_terminal(command: list[str], interrupt_at: str | None = None) -> tuple[int, str]:
    """Run a command that believes to have a terminal; return its exit code and all that it showed.

    It is sent SIGINT once it has shown `interrupt_at`.
    """
    ours, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment, close_fds=True)
    os.close(its)
    shown, deadline = b"", time.monotonic() + 30
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:
                break
        elif process.poll() is not None:
            break
        if interrupt_at is not None and interrupt_at.encode() in shown:
            process.send_signal(signal.SIGINT)
            interrupt_at = None
    os.close(ours)
    return process.wait(10), shown.decode("utf-8", "replace")


class TestListen:
    def test_an_agent_and_one_of_its_feeds(self, run):
        for what in ("data1", "data1.heartbeat"):
            code, out, error = run("listen", what, "--count", "1")
            assert (code, error) == (0, "")
            assert out.startswith('observatory.data1.feeds.heartbeat {"acq": ')

    def test_a_recorded_feed_shows_the_latest_sample(self, run, client):
        client.acq.start()
        code, out, _ = run("listen", "data1.false_temperatures", "--count", "1")
        client.acq.stop()
        client.acq.wait(10)

        assert code == 0
        assert "false_temperatures temps (" in out
        assert "channel_00=" in out

    def test_topics_of_all_agents_as_json(self, run):
        _, out, _ = run("listen", "observatory..feeds.heartbeat", "--json", "--count", "1")

        line = json.loads(out)
        assert line["topic"].endswith(".feeds.heartbeat")
        assert line["feed"]["feed_name"] == "heartbeat"
        assert isinstance(line["message"], dict)

    def test_what_is_no_feed_is_shown_as_it_is(self, faker, scripted):
        agent = scripted()
        process = subprocess.Popen(
            [OBSBOW, "listen", "observatory.odd.", "--count", "1", "--site-file", str(faker)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

        async def publish():
            agent.connection.publish("observatory.odd.topic", "anything")

        def heard():
            on_loop(publish())
            return process.poll() is not None

        wait_until(heard, 20)

        assert process.communicate() == ('observatory.odd.topic "anything"\n', "")

    def test_a_feed_that_is_not_there_is_one_sentence(self, run):
        code, out, error = run("listen", "data1.temps")

        assert (code, out) == (1, "")
        assert (
            error
            == "obsbow: data1 has no feed 'temps'. It has false_temperatures, load, load_packed, heartbeat.\n"
        )


def test_shell_has_clients_by_their_names(faker):
    program = "print(client is data1 is clients['data1'], data1.acq.status().ok)\n1/0\n"
    done = subprocess.run(
        [OBSBOW, "shell", "data1", "--simple", "--site-file", str(faker)],
        input=program,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "True True" in done.stdout
    assert "ZeroDivisionError" in done.stdout


class TestRunAcq:
    @pytest.fixture
    def script(self, faker):
        def run(*arguments):
            return subprocess.run(
                [sys.executable, "-W", "error", RUN_ACQ, "--site-file", str(faker), *arguments],
                capture_output=True,
                text=True,
                timeout=60,
            )

        return run

    def test_data_are_taken_and_their_file_is_named(self, script, scripted):
        aggregator = scripted("aggregator")
        running = {**session(), "op_name": "record", "data": {"current_file": "data/hk/17000/1700000000.h5"}}
        aggregator.replies["status"] = [0, "Session active.", running]

        done = script("--seconds", "1.5")

        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert lines[0] == "acq of data1 runs for 1.5 s"
        assert lines[-2:] == [
            "acq ended well: Acquisition exited cleanly.",
            "The data are in data/hk/17000/1700000000.h5",
        ]

    def test_without_an_aggregator_it_says_that_nothing_was_kept(self, script):
        done = script("--seconds", "0.1")

        assert done.returncode == 0
        assert "Nothing was archived: No agent answers as 'aggregator'" in done.stdout

    def test_an_agent_that_is_not_there_is_one_sentence(self, script):
        done = script("--agent", "data7")

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("run_acq: No agent answers as 'data7'")
        assert "Did you mean 'data1'?" in done.stderr

    def test_an_acquisition_of_somebody_else_is_left_alone(self, script, client):
        client.acq.start()

        done = script("--seconds", "1")

        assert done.returncode == 1
        assert 'acq of data1 did not start: Operation "acq" already in progress.' in done.stderr
        assert client.acq.status().session.status == "running"
        client.acq.stop()
        client.acq.wait(10)
