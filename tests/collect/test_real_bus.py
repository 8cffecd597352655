"""Real router, real agents, real kills: what was published is archived, in order, once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest

from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.testing import wait_until
from tests.agents.lossless import LOAD, gaps, sequences

pytestmark = pytest.mark.integration
BLOCKS_PER_SECOND = 200.0


class Scene:
    """A site with an Aggregator and a FakeData, as processes that can be killed."""

    def __init__(self, router, directory, *, fake_words=()):
        self.router, self.directory, self.hk = router, directory, directory / "hk"
        self.site_file = directory / "site.yaml"
        self.running = {}
        recorder = ["--data-dir", "hk", "--initial-state", "record"]
        agents = [("aggregator", "AggregatorAgent", recorder), ("data1", "FakeDataAgent", list(fake_words))]
        instances = [
            {"instance-id": name, "agent-class": kind, "arguments": words} for name, kind, words in agents
        ]
        self.site_file.write_text(json.dumps(router.site(instances)))
        self.caller = HttpCaller(router.http_url)

    def start(self, name):
        words = ["--site-file", str(self.site_file), "--site-host", "localhost", "--instance-id", name]
        log = (self.directory / f"{name}.log").open("a")
        with log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "ocs_sim.agent", *words], stdout=log, stderr=log
            )

    def kill(self, name):
        self.running[name].kill()
        self.running.pop(name).wait()

    def stop(self, name):
        self.running[name].send_signal(signal.SIGINT)
        assert self.running.pop(name).wait(20) == 0

    def close(self):
        for process in self.running.values():
            process.kill()
            process.wait()
        self.caller.close()

    def ops(self, name, *args):
        try:
            return self.caller.call(f"observatory.{name}.ops", *args)
        except BusError:
            return None

    def sample(self, **params):
        order = {"fields": 3, "samples_per_block": 4, "blocks_per_second": BLOCKS_PER_SECOND, **params}
        wait_until(lambda: (self.ops("data1", "start", "sampler", order) or [1])[0] == 0, 30)

    def published(self):
        """End the sampler; return how many blocks it has published."""
        # It may not have found a new router yet.
        assert wait_until(lambda: self.ops("data1", "stop", "sampler"), 30)[0] == 0
        wait_until(lambda: self.ops("data1", "status", "sampler")[2]["status"] == "done", 30)
        return self.ops("data1", "status", "sampler")[2]["data"]["sequence"] + 1

    def row(self):
        told = self.ops("aggregator", "status", "record")
        return ((told and told[2].get("data")) or {}).get("feeds", {}).get(LOAD, {})

    def archived(self):
        return sum(map(len, sequences(self.hk).values()))


@pytest.fixture
def scene(tmp_path):
    with ExitStack() as stack:

        def make(router, **settings):
            made = Scene(router, tmp_path, **settings)
            stack.callback(made.close)
            return made

        yield make


def test_a_router_that_is_killed_loses_nothing(scene, own_router):
    it = scene(own_router)
    it.start("aggregator"), it.start("data1")
    it.sample(coalesce=False)
    wait_until(lambda: it.archived() > 100, 30)
    for _ in range(2):
        before = it.archived()
        own_router.kill()
        own_router.start()
        wait_until(lambda: it.archived() > before + 300, 30)  # noqa: B023 - called at once
    blocks = it.published()
    wait_until(lambda: it.archived() >= blocks, 30)
    assert list(sequences(it.hk).values()) == [list(range(blocks))]
    wait_until(lambda: it.row()["received"] + it.row()["replayed"] == blocks, 10)
    assert it.row()["lost"] == it.row()["dropped"] == 0
    wait_until(lambda: it.row()["published"] == blocks, 10)
    assert gaps(it.hk) == []


def test_an_aggregator_that_is_killed_loses_nothing(scene, router):
    it = scene(router)
    it.start("aggregator"), it.start("data1")
    it.sample(coalesce=False)
    for _ in range(3):
        before = it.archived()
        wait_until(lambda: it.archived() > before + 100, 30)  # noqa: B023 - called at once
        it.kill("aggregator")
        it.start("aggregator")
    blocks = it.published()
    wait_until(lambda: it.archived() >= blocks, 30)
    assert list(sequences(it.hk).values()) == [list(range(blocks))]
    it.stop("aggregator")
    assert not list(it.hk.rglob("*.journal"))
    assert list(sequences(it.hk).values()) == [list(range(blocks))]
    assert gaps(it.hk) == []


def test_what_a_killed_agent_had_spilled_is_collected_from_its_next_run(scene, router):
    it = scene(router, fake_words=["--spill-mb", "16"])
    it.start("data1")
    it.sample(coalesce=False, blocks=300)
    wait_until(lambda: it.ops("data1", "status", "sampler")[2]["status"] == "done", 30)
    it.kill("data1")
    it.start("data1")
    it.sample(coalesce=False, blocks=50)
    it.start("aggregator")
    wait_until(lambda: it.archived() >= 350, 30)
    assert list(sequences(it.hk).values()) == [list(range(300)), list(range(50))]
    assert gaps(it.hk) == []
