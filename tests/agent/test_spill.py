"""What an agent has published outlives its process and its memory."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ocs_sim.agent import Agent, Feed
from ocs_sim.testing import AgentHarness, ManualClock
from ocs_sim.wire import decode_publication, unpack_publication

ROOT = Path(__file__).parents[2]


class Numbers(Agent):
    feed = Feed("feed", record=True, coalesce=False)
    other = Feed("other", record=True)
    news = Feed("news")


def agent(directory, *arguments, started=1_700_000_000.0):
    words = arguments or ("--spill-mb", "8")
    return AgentHarness(Numbers, directory=directory, arguments=words, clock=ManualClock(started))


def publish(harness, numbers, samples=1):
    for number in numbers:
        harness.agent.feed.publish_block("block", {"n": [number] * samples}, timestamps=[1.0] * samples)


def ask(harness, what, *arguments, **named):
    return harness.bus.run(harness.bus.answer(f"{harness.address}.{what}", arguments, named))


def replay(harness, feed="feed", first=0, **named):
    """Return all blocks as (sequence, first sample), asked for in as many parts as it takes."""
    blocks, more = [], True
    while more:
        answer = ask(harness, "replay", feed, first, **named)
        publications = [unpack_publication(p) if named.get("packed") else p for p in answer["publications"]]
        for each in publications:
            blocks += decode_publication(each, "t").blocks
        more = answer["more"]
        first = blocks[-1].sequence + 1 if blocks else 0
    return [(block.sequence, block.data["n"][0]) for block in blocks]


def both(count):
    return [(number, number) for number in range(count)]


def test_memory_and_files_give_all_together(tmp_path):
    with agent(tmp_path, "--history-mb", "0.1", "--spill-mb", "8") as harness:
        publish(harness, range(300), samples=200)
        index = ask(harness, "replay_index")
        assert index["feeds"]["feed"] == {"oldest": 0, "next": 300}
        assert index["earlier"] == []
        assert replay(harness) == replay(harness, packed=True) == both(300)
        answer = ask(harness, "replay", "feed", 100, 102)
        assert [each[0]["block"]["seq"] for each in answer["publications"]] == [100, 101, 102]
        assert (answer["oldest"], answer["next"], answer["more"]) == (0, 300, False)


def test_what_memory_gave_up_while_the_router_was_away_is_not_lost(tmp_path):
    with agent(tmp_path, "--history-mb", "0.1", "--spill-mb", "8") as harness:
        publish(harness, range(10))
        harness.bus.set_up(up=False)
        publish(harness, range(10, 400), samples=200)
        assert_only_what_waits_is_not_given(harness)
        harness.bus.set_up(up=True)
        sent = [block.sequence for block in harness.blocks("feed")]
        assert sent == sorted(sent)
        assert len(sent) < 300
        harness.advance(1.0)
        beat = harness.published("heartbeat")[-1].feed.extras
        assert beat["feeds"]["feed"] == 400
        counters = beat["counters"]["feed"]
        assert (counters["published"], counters["waiting"], counters["dropped"]) == (400, 0, 0)
        assert replay(harness) == both(400)


def assert_only_what_waits_is_not_given(harness):
    answer = harness.bus.run(handler(harness, "replay")("feed"))
    decoded = [decode_publication(each, "t").blocks[0] for each in answer["publications"]]
    assert answer["next"] == 400 - harness.agent.context.delivery.waiting
    assert [(block.sequence, block.data["n"][0]) for block in decoded] == both(answer["next"])


def handler(harness, name):
    return harness.bus.links[0].procedures[f"{harness.address}.{name}"]


def test_a_clean_end_without_a_router_keeps_what_was_not_sent(tmp_path):
    with agent(tmp_path) as harness:
        publish(harness, range(5))
        harness.bus.set_up(up=False)
        publish(harness, range(5, 8))
        harness.agent.other.publish_block("block", {"n": 7}, timestamp=1.0)
    with agent(tmp_path, started=1_700_000_100.0) as harness:
        harness.advance(1.0)
        assert harness.published("heartbeat")[-1].feed.extras["earlier"] == ["1700000000.0"]
        assert ask(harness, "replay_index") == {
            "boot_id": "1700000100.0",
            "feeds": {"feed": {"oldest": 0, "next": 0}, "other": {"oldest": 0, "next": 0}},
            "earlier": [
                {
                    "boot_id": "1700000000.0",
                    "feeds": {"feed": {"oldest": 0, "next": 8}, "other": {"oldest": 0, "next": 1}},
                }
            ],
        }
        assert replay(harness, boot_id="1700000000.0") == both(8)
        assert replay(harness, "other", boot_id="1700000000.0") == [(0, 7)]
        assert ask(harness, "replay", "other", 1, boot_id="1700000000.0")["publications"] == []
        assert replay(harness) == []


def test_without_files_an_unknown_boot_is_an_error_that_names_the_known_ones(tmp_path):
    with agent(tmp_path, "--history-mb", "1") as harness:
        with pytest.raises(LookupError, match=r"keeps nothing of boot '1\.0'; it keeps 1700000000\.0\."):
            ask(harness, "replay", "feed", 0, boot_id="1.0")
        assert replay(harness, boot_id="1700000000.0") == []
        harness.advance(1.0)
        assert {"spill", "earlier"}.isdisjoint(harness.published("heartbeat")[-1].feed.extras)
    with agent(tmp_path) as harness, pytest.raises(LookupError, match="it has feed, other"):
        ask(harness, "replay", "news")
    assert not list(tmp_path.rglob("*.spill"))


@pytest.mark.integration
def test_an_agent_that_is_killed_leaves_all_that_it_published(tmp_path):
    command = [sys.executable, "-m", "tests.agent.flood", str(tmp_path)]
    told = []
    for lines in (1, 30, 300):
        with subprocess.Popen(
            [*command, "--spill-mb", "64", "--history-mb", "0.05"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as child:
            for _ in range(lines):
                line = child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            last = (child.stdout.read().splitlines() or [line])[-1].split()
            told.append([int(each) for each in (last if len(last) == 2 else line.split())])
    with agent(tmp_path, "--spill-mb", "64") as harness:
        index = ask(harness, "replay_index")["earlier"]
        assert len(index) == 3
        for boot, (numbers, packed) in zip(index, told, strict=True):
            for feed, published in (("numbers", numbers), ("packed", packed)):
                bounds = boot["feeds"][feed]
                assert bounds["oldest"] == 0
                assert bounds["next"] >= published > 0
                blocks = samples(harness, feed, boot["boot_id"])
                assert [sequence for sequence, _ in blocks] == list(range(bounds["next"]))
                together = [value for _, values in blocks for value in values]
                assert together == list(range(len(together)))


def samples(harness, feed, boot_id):
    blocks, more = [], True
    while more:
        first = blocks[-1].sequence + 1 if blocks else 0
        answer = ask(harness, "replay", feed, first, boot_id=boot_id)
        for each in answer["publications"]:
            blocks += decode_publication(each, "t").blocks
        more = answer["more"]
    return [(block.sequence, list(block.data["n"])) for block in blocks]


def test_a_full_disk_is_no_reason_to_fail(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.agent.full_disk", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["sent"] == list(range(300))
    assert told["counters"]["dropped"] == 0
    assert 0 < told["spill"]["missed"] <= 100
    complaints = done.stderr.splitlines()
    assert len(complaints) == 2, complaints
    assert "are not kept in" in complaints[0]
    assert "File too large" in complaints[0] or "bytes were taken" in complaints[0]
    assert "again" in complaints[1]
    with agent(tmp_path, started=1_700_001_000.0) as harness:
        kept = [sequence for sequence, _ in replay(harness, boot_id="1700000000.0")]
        assert len(kept) == 300 - told["spill"]["missed"]
        assert kept == sorted(kept)
        assert {*range(100), *range(200, 300)} <= set(kept)
