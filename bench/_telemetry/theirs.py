"""OCS 0.12.1: its agent and its aggregator with frames of 5 s, on our router made plain, by websocket."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from bench._telemetry.loads import Load, Trial
from bench._telemetry.ours import SETTLE_SECONDS, lateness
from bench._telemetry.processes import cpu_seconds, difference
from bench._tools import observatory
from ocs_sim.bus import BusError, HttpCaller
from tests.observatory import Observatory, eventually

PROGRAMS = Path(__file__).parent / "ocs"
_SITE_FILE = "ocs.yaml"
_SITE = """
hub:
  wamp_server: ws://127.0.0.1:{port}/ws
  wamp_http: http://127.0.0.1:{port}/call
  wamp_realm: observatory_realm
  address_root: observatory
hosts:
  localhost:
    log-dir: {directory}/logs
    agent-instances:
      - {{agent-class: AggregatorAgent, instance-id: aggregator,
         arguments: [[--data-dir, {directory}/data/g3], [--initial-state, idle]]}}
      - {{agent-class: LoadAgent, instance-id: data1, arguments: []}}
"""


@contextmanager
def running(python: str) -> Iterator["Theirs"]:
    """Yield OCS's agents, answering."""
    with ExitStack() as stack:
        stack.enter_context(_environment(OBSBOW_ROUTER_PLAIN="1"))
        laid_out = stack.enter_context(observatory())
        (laid_out.directory / _SITE_FILE).write_text(
            _SITE.format(port=laid_out.port, directory=laid_out.directory)
        )
        laid_out.well("crossbar", "start")
        stack.callback(laid_out.obsbow, "crossbar", "stop")
        caller = stack.enter_context(_closing(HttpCaller(laid_out.http, timeout_seconds=60.0)))
        system = Theirs(laid_out, python, caller)
        stack.callback(system.end)
        system.begin()
        yield system


class Theirs:
    """One agent's feed, archived by OCS."""

    def __init__(self, laid_out: Observatory, python: str, caller: HttpCaller) -> None:
        self.laid_out = laid_out
        self.directory = laid_out.directory / "data" / "g3"
        self._python = python
        self._caller = caller
        self._agents: dict[str, subprocess.Popen[bytes]] = {}

    def begin(self) -> None:
        """Start both agents and wait until they answer."""
        for name, program in (("aggregator", "aggregator.py"), ("data1", "load_agent.py")):
            where = ["--site-file", str(self.laid_out.directory / _SITE_FILE), "--site-host", "localhost"]
            words = [self._python, str(PROGRAMS / program), *where, "--instance-id", name]
            with tempfile.TemporaryFile() as log:
                self._agents[name] = subprocess.Popen(
                    words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.laid_out.directory
                )
        for name in self._agents:
            eventually(lambda name=name: self._answers(name), f"OCS's {name} answers", 60)

    def end(self) -> None:
        """Kill both."""
        for process in self._agents.values():
            process.kill()
            process.wait()

    def _restart(self) -> None:
        """Begin anew after what was too much: what is still queued would be in the way of the next trial."""
        self.end()
        self.begin()

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Return the processes that take part."""
        routers = [each for each in self.laid_out.processes() if "crossbar" in " ".join(each.cmdline())]
        return {
            "agent": [psutil.Process(self._agents["data1"].pid)],
            "aggregator": [psutil.Process(self._agents["aggregator"].pid)],
            "router": routers,
        }

    def trial(self, load: Load, rate: float, seconds: float) -> Trial:
        """Publish at `rate` blocks/s for so long, end the recording, and read all back."""
        old, processes = self._files(), self.processes()
        before = cpu_seconds(processes)
        try:
            published, fault = self._attempt(load, rate, seconds)
        except BusError as error:
            # Overwhelmed, an agent is disconnected, and what it has queued keeps it so.
            self._restart()
            return Trial(load, rate, 0, str(error), dict.fromkeys(processes, 0.0), 0)
        used = difference(cpu_seconds(processes), before)
        new = self._files() - old
        fault = fault or self._compare(load, published, new)
        size = sum(path.stat().st_size for path in new)
        for path in new:
            path.unlink()
        if fault:
            self._restart()
        return Trial(load, rate, published, fault, used, size)

    def _attempt(self, load: Load, rate: float, seconds: float) -> tuple[int, str]:
        self.ask("aggregator", "start", "record")
        blocks, began = int(rate * seconds), time.monotonic()
        self.publish(load, rate, blocks)
        self._finish(seconds)
        published = self.ask("data1", "status", "sampler")["data"]["published"]
        time.sleep(SETTLE_SECONDS)
        self.ask("aggregator", "stop", "record")
        late = time.monotonic() - began - seconds - SETTLE_SECONDS
        self.ask("aggregator", "wait", "record", 60)
        return published, lateness(published, blocks, late)

    def publish(self, load: Load, rate: float, blocks: int) -> None:
        """Have the agent begin."""
        shape = {"fields": load.fields, "samples_per_block": load.samples}
        self.ask(
            "data1",
            "start",
            "sampler",
            {**shape, "blocks_per_second": rate, "blocks": blocks, **load.options},
        )

    def ask(self, agent: str, *words: object) -> dict:
        """Ask for something to be done with an operation; return its session."""
        return self._caller.call(f"observatory.{agent}.ops", *words)[2]

    def _finish(self, seconds: float) -> None:
        session = self.ask("data1", "wait", "sampler", seconds * 1.03 + 0.3)
        if session["status"] != "done":
            self.ask("data1", "stop", "sampler")
            self.ask("data1", "wait", "sampler", 20)

    def _answers(self, name: str) -> bool:
        try:
            return bool(self._caller.call(f"observatory.{name}", "get_api"))
        except BusError:
            return False

    def _files(self) -> set[Path]:
        return set(self.directory.rglob("*.g3"))

    def _compare(self, load: Load, blocks: int, files: set[Path]) -> str:
        told = self.run("count.py", str(load.fields), *sorted(map(str, files)))
        wanted = blocks * load.samples
        if told["rows"] == wanted and told["in_order"]:
            return ""
        return f"{told['rows']} of {wanted} samples of each field are there"

    def run(self, program: str, *arguments: str) -> dict:
        """Run one of the programs for OCS's Python; return what it printed."""
        words = [self._python, str(PROGRAMS / program), *arguments]
        return json.loads(subprocess.check_output(words, cwd=self.laid_out.directory))


@contextmanager
def _environment(**added: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(added)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _closing(caller: HttpCaller) -> Iterator[HttpCaller]:
    try:
        yield caller
    finally:
        caller.close()
