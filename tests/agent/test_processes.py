"""Agents as processes of their own, on a real router."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from ocs_sim.agent import pidfile
from ocs_sim.bus import BusError, Connection, HttpCaller, background_loop, endpoints
from ocs_sim.testing import wait_until
from ocs_sim.wire import decode_publication, unpack_publication

pytestmark = pytest.mark.integration

AGENTS = [
    {"instance-id": "data1", "agent-class": "FakeDataAgent", "arguments": ["--mode", "acq"]},
    {"instance-id": "bare", "agent-class": "BarebonesAgent"},
    {"instance-id": "rude", "agent-class": "Rude"},
    {"instance-id": "spills", "agent-class": "Rude", "arguments": ["--spill-mb", "4", "--history-mb", "1"]},
    {"instance-id": "twisted", "agent-class": "Twisted"},
    {"instance-id": "unwilling", "agent-class": "Unwilling"},
]


class Site:
    """A site with a router, and the agents that a test starts."""

    def __init__(self, router, directory: Path) -> None:
        self.router, self.directory = router, directory
        self.log_dir = directory / "logs"
        self.file = directory / "site.yaml"
        self.caller = HttpCaller(router.http_url, timeout_seconds=5.0)
        self.children: list[subprocess.Popen] = []
        site = router.site(AGENTS)
        site["hosts"]["localhost"] |= {
            "agent-paths": [str(Path(__file__).parent / "site_agents")],
            "log-dir": str(self.log_dir),
        }
        self.file.write_text(json.dumps(site))

    def spawn(self, *instance_ids: str, stdout=None) -> subprocess.Popen:
        command = [
            sys.executable,
            "-m",
            "ocs_sim.agent",
            "--site-file",
            str(self.file),
            "--site-host",
            "localhost",
        ]
        for each in instance_ids:
            command += ["--instance-id", each]
        name = instance_ids[0]
        with (
            (self.directory / f"{name}.out").open("w") as out,
            (self.directory / f"{name}.err").open("w") as err,
        ):
            child = subprocess.Popen(command, stdout=stdout or out, stderr=err)
        self.children.append(child)
        return child

    def start(self, *instance_ids: str, **settings) -> subprocess.Popen:
        child = self.spawn(*instance_ids, **settings)
        for each in instance_ids:
            wait_until(lambda each=each: self.answers(each), 20, lambda: self.err(instance_ids[0]))
        return child

    def answers(self, instance_id: str) -> bool:
        try:
            return bool(self.caller.call(f"observatory.{instance_id}", "get_agent_class"))
        except BusError:
            return False

    def ops(self, instance_id: str, *args):
        return self.caller.call(f"observatory.{instance_id}.ops", *args)

    def out(self, name: str) -> str:
        return (self.directory / f"{name}.out").read_text()

    def err(self, name: str) -> str:
        return (self.directory / f"{name}.err").read_text()

    def log(self, instance_id: str) -> list[dict]:
        text = (self.log_dir / f"observatory.{instance_id}.log").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def close(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait(10)
        self.caller.close()


@contextmanager
def a_site(router, directory):
    site = Site(router, directory)
    try:
        yield site
    finally:
        site.close()


@pytest.fixture
def site(router, tmp_path):
    with a_site(router, tmp_path) as site:
        yield site


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_an_agent_and_its_threads_cleanly(site, number):
    child = site.start("data1")
    record = pidfile.read(pidfile.path_of(site.log_dir, "data1"))
    assert (record.pid, record.agent_class, record.site_file) == (child.pid, "FakeDataAgent", str(site.file))
    assert pidfile.is_alive(record)
    wait_until(lambda: site.ops("data1", "status", "acq")[2].get("status") == "running")
    child.send_signal(number)
    assert child.wait(3.0) == 0
    assert not pidfile.path_of(site.log_dir, "data1").exists()
    assert site.err("data1") == ""
    messages = [line["message"] for line in site.log("data1")]
    assert "acq:0 Acquisition exited cleanly." in messages
    assert messages[-1] == "FakeDataAgent has stopped"
    assert not site.answers("data1")


def test_several_agents_share_a_process(site):
    child = site.start("data1", "bare")
    pids = {
        each: site.caller.call(f"observatory.{each}", "get_api")["instance_pid"] for each in ("data1", "bare")
    }
    assert pids == {"data1": child.pid, "bare": child.pid}
    assert sorted(path.name for path in (site.log_dir / "run").iterdir()) == ["bare.json", "data1.json"]
    child.terminate()
    assert child.wait(3.0) == 0
    assert {line.get("agent", "data1") for line in site.log("data1")} == {"data1"}
    assert not list((site.log_dir / "run").iterdir())
    assert site.err("data1") == ""


def test_an_agent_may_import_the_reactor_of_twisted(site):
    site.start("twisted")
    assert site.ops("twisted", "start", "pause", {})[0] == 0
    assert site.ops("twisted", "wait", "pause", None, 5.0)[1].endswith("(SUCCEEDED).")
    assert site.err("twisted") == ""


def test_a_thread_that_does_not_heed_is_left_and_the_process_still_ends(site):
    child = site.start("rude")
    for operation in ("deaf", "foreign"):
        site.ops("rude", "start", operation)
    wait_until(lambda: site.ops("rude", "status", "foreign")[2]["status"] == "done")
    child.terminate()
    assert child.wait(5.0) == 1
    assert any("did not end and is abandoned: deaf" in line["message"] for line in site.log("rude"))
    assert not pidfile.path_of(site.log_dir, "rude").exists()


def test_a_coroutine_that_takes_no_cancellation_is_abandoned(site):
    child = site.start("rude")
    site.ops("rude", "start", "clings")
    child.send_signal(signal.SIGTERM)
    assert child.wait(20) == 1
    assert any("did not end and is abandoned: clings" in line["message"] for line in site.log("rude"))
    assert "Rude has stopped" in [line["message"] for line in site.log("rude")]
    assert not pidfile.path_of(site.log_dir, "rude").exists()


def test_an_operation_cannot_end_its_agent(site):
    child = site.start("rude")
    site.ops("rude", "start", "quits")
    code, message, session = site.ops("rude", "wait", "quits", None, 5)
    assert (code, session["success"]) == (0, False), message
    assert "SystemExit: 3" in session["messages"][-2][1]
    assert child.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_even_an_agent_whose_loop_is_blocked(site, number):
    child = site.start("rude")
    site.caller.call("observatory.rude", "get_agent_class")
    impatient = HttpCaller(site.router.http_url, timeout_seconds=0.2)
    with suppress(BusError):
        impatient.call("observatory.rude.ops", "start", "blocks_the_loop")
    impatient.close()
    wait_until(lambda: "blocking" in site.out("rude"))
    child.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.5)
    child.send_signal(number)
    assert child.wait(3.0) == 128 + number


def test_an_agent_runs_also_where_no_pid_file_can_be_written(site):
    site.log_dir.mkdir()
    (site.log_dir / "run").write_text("in the way")
    child = site.start("bare")
    assert any("no pid file" in line["message"] for line in site.log("bare"))
    (site.log_dir / "run").unlink()
    wait_until(lambda: pidfile.read(pidfile.path_of(site.log_dir, "bare")), 20)
    child.terminate()
    assert child.wait(20) == 0
    assert not pidfile.path_of(site.log_dir, "bare").exists()


def test_an_agent_that_cannot_start_says_why_in_one_line(site):
    child = site.spawn("unwilling")
    assert child.wait(20) == 1
    assert site.err("unwilling") == (
        "ocs_sim.agent: Agent unwilling could not start: OSError: no device on /dev/ttyUSB7.\n"
    )
    assert not pidfile.path_of(site.log_dir, "unwilling").exists()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--instance-id", "dat1"], "did you mean 'data1'"),
        (["--instance-id", "data1", "--mode", "fast"], "--mode fast: input should be 'idle' or 'acq'"),
        (
            ["--instance-id", "data1", "--access-policy", "director:x"],
            "Access policy 'director' is not supported",
        ),
    ],
)
def test_a_mistake_on_the_command_line_is_one_clear_line(site, words, fault):
    command = [
        sys.executable,
        "-m",
        "ocs_sim.agent",
        "--site-file",
        str(site.file),
        "--site-host",
        "localhost",
    ]
    done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr.startswith("ocs_sim.agent: ")
    assert done.stderr.count("\n") == 1
    assert fault in done.stderr


def test_an_agent_outlives_whoever_read_its_output(site):
    child = site.start("bare", stdout=subprocess.PIPE)
    child.stdout.close()
    for _ in range(3):
        assert site.ops("bare", "start", "print")[0] == 0
        assert site.ops("bare", "wait", "print", None, 5)[2]["success"] is True
    child.terminate()
    assert child.wait(3.0) == 0
    assert site.err("bare") == ""


def test_an_agent_needs_little_memory_and_no_numpy(site):
    child = site.start("data1")
    site.caller.call("observatory.data1", "get_api")
    loaded = {Path(each.path).name for each in psutil.Process(child.pid).memory_maps()}
    assert not any(name.startswith(("_multiarray", "h5")) for name in loaded)
    child.terminate()
    assert child.wait(3.0) == 0


class Recorder:
    """Hears a feed, and asks for what it missed."""

    def __init__(self, router, topic: str) -> None:
        self.loop, self.topic, self.heard = background_loop(), topic, {}
        self.connection = Connection(endpoints(router.hub, router.crossbar), router.realm, name="recorder")
        self.run(self.begin())

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    async def begin(self) -> None:
        await self.connection.subscribe(self.topic, self.hear)
        self.connection.start()
        await self.connection.wait_joined(10)

    def hear(self, publication) -> None:
        for block in decode_publication(publication, self.topic).blocks:
            self.heard.setdefault(block.sequence, []).append(block.data["n"][0])

    def close(self) -> None:
        self.run(self.connection.close())


def test_nothing_recorded_is_lost_while_the_router_is_away(own_router, tmp_path):
    with a_site(own_router, tmp_path) as site:
        child = site.start("rude")
        recorder = Recorder(own_router, "observatory.rude.feeds.values")
        site.ops("rude", "start", "count")
        wait_until(lambda: len(recorder.heard) > 10)
        own_router.kill()
        wait_until(lambda: any("lost the router" in line["message"] for line in site.log("rude")))
        before = max(recorder.heard)
        own_router.start()
        wait_until(lambda: max(recorder.heard) > before + 50, 20)
        status = site.ops("rude", "status", "count")[2]
        assert (status["status"], status["session_id"]) == ("running", 0)
        answer = recorder.run(recorder.connection.call("observatory.rude.replay", "values", 0))
        for publication in answer["publications"]:
            recorder.hear(publication)
        assert sorted(recorder.heard) == list(range(len(recorder.heard))), (
            "every block, by publication or replay"
        )
        assert all(len(set(ticks)) == 1 for ticks in recorder.heard.values()), "a number means one block"
        recorder.close()
        child.terminate()
        assert child.wait(3.0) == 0
        assert site.err("rude") == ""


def test_a_killed_agent_gives_again_what_it_published_before(site):
    child = site.start("spills")
    recorder = Recorder(site.router, "observatory.spills.feeds.values")
    site.ops("spills", "start", "count")
    wait_until(lambda: len(recorder.heard) > 20)
    child.kill()
    child.wait(3.0)
    child = site.start("spills")
    index = recorder.run(recorder.connection.call("observatory.spills.replay_index"))
    (earlier,) = index["earlier"]
    assert earlier["boot_id"] < index["boot_id"]
    assert earlier["feeds"]["values"]["next"] > max(recorder.heard)
    again = recorder.run(
        recorder.connection.call(
            "observatory.spills.replay", "values", 0, boot_id=earlier["boot_id"], packed=True
        )
    )
    heard, recorder.heard = recorder.heard, {}
    for publication in again["publications"]:
        recorder.hear(unpack_publication(publication))
    assert list(recorder.heard) == list(range(earlier["feeds"]["values"]["next"]))
    assert all(recorder.heard[number] == ticks for number, ticks in heard.items())
    recorder.close()
    child.terminate()
    assert child.wait(3.0) == 0
    assert [each.name for each in (site.log_dir / "spill" / "spills").iterdir()] == [earlier["boot_id"]]


def test_usage_is_shown():
    done = subprocess.run([sys.executable, "-m", "ocs_sim.agent", "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--instance-id ID" in done.stdout
