"""`obsbow drill`: real faults on a scratch site, with nothing lost and nothing left behind."""

import json
import os
import signal
import subprocess

import psutil
import pytest

from tests.observatory import OBSBOW, eventually

FIGURES = ["published", "archived", "replayed", "duplicated", "lost"]


class Place:
    """A directory for the sites of drills, which they must leave empty."""

    def __init__(self, directory):
        self.directory = directory
        self.environment = {**os.environ, "TMPDIR": str(directory)}

    def begin(self, *words, **environment):
        return subprocess.Popen(
            [OBSBOW, "drill", *words],
            cwd=self.directory,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def drill(self, *words, **environment):
        with self.begin(*words, **environment) as running:
            output, errors = running.communicate(timeout=100)
        return running.returncode, output, errors

    def report(self, *words):
        code, output, errors = self.drill(*words, "--json", "--verbose", "--seed", "1")
        assert (code, errors) == (0, ""), f"{output}\n{errors}"
        return json.loads(output)

    def processes(self):
        found = []
        for process in psutil.process_iter():
            try:
                words = process.cmdline()
            except psutil.Error:
                continue
            if any(str(self.directory) in word for word in words):
                found.append(words)
        return found

    def is_empty(self):
        return not self.processes() and not list(self.directory.iterdir())


@pytest.fixture
def place(tmp_path_factory):
    # A short path: the router's socket is to be in it.
    place = Place(tmp_path_factory.mktemp("d"))
    yield place
    assert place.is_empty()


def is_whole(report):
    assert list(report)[:5] == FIGURES
    assert report["published"] > 100
    assert report["archived"] == report["published"]
    assert (report["duplicated"], report["lost"], report["details"]["faults"]) == (0, 0, [])
    return True


@pytest.mark.integration
def test_a_killed_router_costs_nothing(place):
    report = place.report("kill-router", "--times", "1", "--seconds", "1", "--away", "0.5")
    assert is_whole(report)
    assert report["details"]["worst"]["agents_back_seconds"] < 10
    assert report["details"]["worst"]["agents_restarted"] == 0


@pytest.mark.integration
def test_a_killed_router_and_aggregator_cost_nothing(place):
    options = ["--restart-aggregator", "--times", "1", "--seconds", "1", "--away", "0.5"]
    assert is_whole(place.report("kill-router", *options, "--encoding", "packed"))


@pytest.mark.integration
def test_a_killed_aggregator_costs_nothing(place):
    report = place.report("kill-aggregator", "--times", "3", "--seconds", "1")
    assert is_whole(report)
    assert report["replayed"] > 0


@pytest.mark.integration
def test_a_killed_agent_costs_nothing_that_it_had_published(place):
    assert is_whole(place.report("kill-agent", "--times", "1", "--seconds", "1"))


@pytest.mark.integration
def test_a_stalled_aggregator_costs_nothing(place):
    report = place.report("stall-aggregator", "--stalled", "1", "--seconds", "0.5")
    assert is_whole(report)
    assert report["details"]["worst"]["router_grew_bytes"] < 32e6


@pytest.mark.integration
def test_a_full_disk_costs_nothing_and_heals_without_a_restart(place):
    report = place.report("fill-disk", "--full", "1", "--seconds", "0.5")
    assert is_whole(report)
    assert "without a restart" in report["details"]["events"][0]["text"]


@pytest.mark.integration
def test_a_drill_that_is_told_to_end_leaves_nothing(place):
    with place.begin("stall-aggregator", "--stalled", "60", "--seconds", "0.1") as running:
        assert "up after" in running.stdout.readline() + running.stdout.readline()
        stopped = eventually(
            lambda: [
                p for p in psutil.Process(running.pid).children(recursive=True) if p.status() == "stopped"
            ],
            "the Aggregator is suspended",
        )
        running.send_signal(signal.SIGTERM)
        _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (130, "obsbow: interrupted\n")
    assert not any(process.is_running() for process in stopped)


@pytest.mark.integration
def test_a_drill_without_a_router_says_what_is_missing(place):
    code, _, errors = place.drill("kill-router", OBSBOW_CROSSBAR="/nowhere/crossbar")
    assert code == 1
    assert "/nowhere/crossbar" in errors


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["kill-router", "--times", "0"], "--times"),
        (["kill-router", "--away", "-1"], "--away"),
        (["kill-agent", "--seconds", "0"], "--seconds"),
        (["kill-agent", "--blocks-per-second", "0"], "--blocks-per-second"),
        (["fill-disk", "--full", "0"], "--full"),
        (["stall-aggregator", "--encoding", "xml"], "--encoding"),
        (["kill-disk"], "kill-disk"),
    ],
    ids=" ".join,
)
def test_options_that_make_no_sense_are_named(place, words, told):
    code, output, errors = place.drill(*words)
    assert (code, output) == (2, "")
    assert told in errors
