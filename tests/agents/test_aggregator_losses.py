"""The Aggregator and what it missed: asked for again, archived once, or noted as gone."""

from __future__ import annotations

import urllib.request

import pytest
from ocs_sim.agents.aggregator import Aggregator
from ocs_sim.agents.fake_data import FakeData
from prometheus_client.parser import text_string_to_metric_families

from ocs_sim.archive import Archive, ArchiveWriter
from ocs_sim.testing import AgentHarness, free_port

from .lossless import LOAD, LossyBus, gaps, is_whole, losses, published, sequences

# Sealing is done by real child processes.
pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("look_often")]

FAST = {"fields": 2, "samples_per_block": 3, "coalesce": False}


@pytest.fixture
def bus():
    with LossyBus() as bus:
        yield bus


@pytest.fixture
def hk(tmp_path):
    return tmp_path / "hk"


def aggregator(bus, tmp_path, *arguments):
    words = ["--data-dir", "hk", "--initial-state", "record", *arguments]
    return AgentHarness(Aggregator, bus=bus, instance_id="aggregator", directory=tmp_path, arguments=words)


def fake_data(bus, tmp_path, *arguments):
    return AgentHarness(FakeData, bus=bus, instance_id="data1", directory=tmp_path, arguments=arguments)


def publish(fake, blocks, **changes):
    assert fake.run("sampler", blocks=blocks, blocks_per_second=0, **{**FAST, **changes}).session["success"]


def row(harness, feed=LOAD):
    return ((harness.status("record").session.get("data") or {}).get("feeds") or {}).get(feed) or {}


def accounted(told):
    return sum(told.get(name, 0) for name in ("received", "replayed", "lost"))


def replay(harness):
    return harness.status("record").session["data"]["replay"]


@pytest.mark.parametrize("encoding", ["lists", "packed"])
def test_what_the_router_lost_is_collected_and_archived_once(bus, tmp_path, hk, encoding):
    feed = LOAD if encoding == "lists" else LOAD.replace("single", "packed_single")
    bus.loses = lambda topic, sequence: sequence % 10 in (3, 4, 9)
    with aggregator(bus, tmp_path) as harness, fake_data(bus, tmp_path) as fake:
        publish(fake, 50, encoding=encoding)
        harness.until(lambda: row(harness, feed).get("replayed") == 15)
        counted = row(harness, feed)
        assert (counted["published"], counted["received"], counted["lost"]) == (50, 35, 0)
        assert (counted["duplicate"], counted["samples"]) == (0, 50 * 6)
        harness.until(lambda: replay(harness)["pending_blocks"] == 0)
    assert bus.lost == 15
    assert is_whole(hk, 50, feed)
    assert [value for *_, value in published(hk)] == [3.0 * number for number in range(50)]
    assert gaps(hk) == []


def test_a_tail_that_nobody_heard_is_noticed_by_the_heartbeat(bus, tmp_path, hk):
    bus.loses = lambda topic, sequence: True
    with aggregator(bus, tmp_path) as harness, fake_data(bus, tmp_path) as fake:
        publish(fake, 20)
        harness.until(lambda: is_whole(hk, 20))
        assert row(harness).get("received", 0) == 0


def test_with_muted_heartbeats_holes_between_live_blocks_are_noticed_all_the_same(bus, tmp_path, hk):
    with aggregator(bus, tmp_path) as harness, fake_data(bus, tmp_path) as fake:
        publish(fake, 3)
        harness.until(lambda: is_whole(hk, 3))
        harness.until(lambda: row(harness).get("published") == 3)
        assert fake.run("set_heartbeat", heartbeat=False).session["success"]
        bus.loses = lambda topic, sequence: 5 <= sequence < 15
        publish(fake, 17)
        harness.until(lambda: is_whole(hk, 20), 20)
        assert row(harness)["published"] == 3


def test_what_was_published_while_nothing_was_recorded_is_asked_for(bus, tmp_path, hk):
    with fake_data(bus, tmp_path) as fake:
        publish(fake, 30)
        with aggregator(bus, tmp_path) as harness:
            harness.until(lambda: is_whole(hk, 30))
        publish(fake, 30)
        with aggregator(bus, tmp_path) as harness:
            harness.until(lambda: is_whole(hk, 60))
            harness.until(lambda: row(harness).get("replayed") == 30)
            assert row(harness)["duplicate"] == 0


def test_what_a_small_history_has_lost_is_a_gap_with_its_reason(bus, tmp_path, hk):
    with aggregator(bus, tmp_path) as harness, fake_data(bus, tmp_path, "--history-mb", "0.05") as fake:
        publish(fake, 10)
        harness.until(lambda: is_whole(hk, 10))
        bus.loses = lambda topic, sequence: sequence < 500
        publish(fake, 600)
        harness.until(lambda: accounted(row(harness)) == 610)
        harness.until(lambda: replay(harness)["pending_blocks"] == 0)
        lost = row(harness)["lost"]
    (kept,) = sequences(hk).values()
    assert kept == [*range(10), *range(10 + lost, 610)]
    # In as many pieces as it was asked for while more was lost.
    pieces = losses(hk)
    numbers = [number for each in pieces for number in range(each.first_block, each.last_block + 1)]
    assert sorted(numbers) == list(range(10, 10 + lost))
    assert all("evicted from the publisher's memory (oldest kept: " in each.message for each in pieces)


def test_a_run_that_nobody_kept_is_a_gap_with_its_reason(bus, tmp_path, hk):
    with aggregator(bus, tmp_path) as harness:
        with fake_data(bus, tmp_path) as fake:
            publish(fake, 10)
            harness.until(lambda: is_whole(hk, 10))
            bus.loses = lambda topic, sequence: 10 <= sequence < 20
            fake.bus.run(_away(bus, fake))
            publish(fake, 15)
            harness.until(lambda: replay(harness)["pending_blocks"] == 10)
        bus.loses = lambda topic, sequence: False
        with fake_data(bus, tmp_path) as fake:
            publish(fake, 5)
            harness.until(lambda: row(harness).get("lost") == 10)
    assert sorted(map(len, sequences(hk).values())) == [5, 15]
    (message,) = gaps(hk)
    assert "the publisher restarted and kept nothing of that run" in message


async def _away(bus, fake):
    """Let an agent answer no more, as if it were about to die."""
    for link in bus.links:
        for uri in [uri for uri in link.procedures if uri.startswith(f"{fake.address}.replay")]:
            del link.procedures[uri]


def test_an_earlier_run_is_collected_from_its_spill(bus, tmp_path, hk):
    bus.loses = lambda topic, sequence: True
    with fake_data(bus, tmp_path, "--spill-mb", "4") as fake:
        publish(fake, 40)
    bus.loses = lambda topic, sequence: False
    with aggregator(bus, tmp_path) as harness, fake_data(bus, tmp_path, "--spill-mb", "4") as fake:
        publish(fake, 5)
        harness.until(lambda: sorted(map(len, sequences(hk).values())) == [5, 40])
    assert list(sequences(hk).values()) == [list(range(40)), list(range(5))]


def raw(bus, feed, block, **changes):
    """Publish as an agent that is not ours would."""
    description = {
        "agent_address": "observatory.odd",
        "agg_params": {},
        "feed_name": feed,
        "address": f"observatory.odd.feeds.{feed}",
        "record": feed != "heartbeat",
        "session_id": "1700000000.5",
        "agent_class": "OddAgent",
        **changes,
    }
    message = {"load": block} if feed != "heartbeat" else block
    bus.loop.call_soon_threadsafe(bus.deliver, description["address"], ([message, description],))
    bus.flush()


def block(value, **more):
    return {"block_name": "load", "data": {"x": [float(value)]}, "timestamps": [1.7e9 + value], **more}


def test_a_publisher_of_ocs_is_archived_as_it_comes_and_asked_for_nothing(bus, tmp_path, hk):
    asked = []
    with aggregator(bus, tmp_path) as harness:
        answer = bus.answer

        async def watch(uri, args, kwargs):
            asked.append(uri)
            return await answer(uri, args, kwargs)

        bus.answer = watch
        for value in (1, 2, 2, 5):
            raw(bus, "f", block(value))
        raw(bus, "heartbeat", {"acq": 3})
        harness.until(lambda: [value for *_, value in published(hk)] == [1.0, 2.0, 2.0, 5.0])
        harness.until(lambda: row(harness, "observatory.odd.feeds.f").get("received") == 4)
    assert not [uri for uri in asked if "replay" in uri]
    assert gaps(hk) == []


def test_a_publisher_that_lies_does_no_harm_to_others(bus, tmp_path, hk):
    counted = {"boot_id": "1700000000.5"}

    def tell(following, **more):
        feeds = {"feeds": {"f": following, "no_such": 5}, "earlier": ["x"], **more}
        raw(bus, "heartbeat", {"acq": 3}, **counted, **feeds)

    with aggregator(bus, tmp_path) as harness, fake_data(bus, tmp_path) as fake:
        raw(bus, "f", block(10, seq=10), **counted)
        tell(11)
        raw(bus, "f", block(3, seq=3), **counted)
        raw(bus, "f", block(99, seq=3), **counted)
        raw(bus, "f", block(11, seq="eleven"), **counted)
        raw(bus, "f", block(12, seq=-4), **counted)
        tell(2)
        tell(10**15, feeds={"f": "many"}, counters={"f": None})
        tell(10**15)
        bus.loses = lambda topic, sequence: 5 <= sequence < 15 and topic == LOAD
        publish(fake, 20)
        harness.until(lambda: list(sequences(hk, LOAD).values()) == [list(range(20))])
        odd = row(harness, "observatory.odd.feeds.f")
        assert (odd["duplicate"], odd["lost"]) == (1, 0)
    values = sorted(value for feed, *_, value in published(hk) if feed != LOAD)
    assert values == [3.0, 10.0, 11.0, 12.0]


def test_the_last_second_before_the_end_is_used_to_collect(bus, tmp_path, hk):
    with aggregator(bus, tmp_path) as harness, fake_data(bus, tmp_path) as fake:
        publish(fake, 5)
        harness.until(lambda: is_whole(hk, 5))
        bus.loses = lambda topic, sequence: True
        publish(fake, 2000)
        harness.until(lambda: replay(harness)["pending_blocks"] or is_whole(hk, 2005))
        harness.stop("record")
        harness.wait("record")
        assert is_whole(hk, 2005)


def heard(harness, feed):
    return [message.message for message in harness.published(feed)]


def test_trouble_is_an_alarm_that_other_agents_can_hear(bus, tmp_path, hk):
    other = ArchiveWriter(hk)
    with aggregator(bus, tmp_path) as harness:
        harness.until(lambda: any(alarm["active"] for alarm in heard(harness, "alarm")))
        session = harness.status("record").session
        assert session["degraded"]
        texts = [text for _, text in session["messages"]]
        assert any(text.startswith("ALARM: ") and "is being recorded to by process" in text for text in texts)
        other.close()
        harness.until(lambda: not heard(harness, "alarm")[-1]["active"])
        harness.until(lambda: not harness.status("record").session["degraded"])
        alarms = heard(harness, "alarm")
    assert [alarm["active"] for alarm in alarms][-2:] == [True, False]
    assert all(alarm["name"] == "recording" and alarm["since"] > 1e9 for alarm in alarms)
    assert alarms[-1]["text"] == ""
    assert "is being recorded to" in alarms[-2]["text"]


def test_without_trouble_the_alarm_is_told_to_be_off_once(bus, tmp_path):
    with aggregator(bus, tmp_path) as harness:
        harness.until(lambda: harness.status("record").session.get("data"))
    (alarm,) = heard(harness, "alarm")
    assert alarm["active"] is False


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {
            (sample.name, sample.labels.get("feed")): sample.value
            for family in families
            for sample in family.samples
        }


def test_prometheus_gets_what_the_session_shows(bus, tmp_path):
    port = free_port()
    with aggregator(bus, tmp_path, "--metrics-port", str(port)) as harness, fake_data(bus, tmp_path) as fake:
        bus.loses = lambda topic, sequence: sequence < 3
        publish(fake, 10)
        harness.until(lambda: row(harness).get("replayed") == 3)
        assert harness.status("record").session["data"]["metrics"] == {
            "url": f"http://127.0.0.1:{port}/metrics",
            "trouble": None,
        }
        harness.until(lambda: scrape(port)["ocs_feed_latency_seconds_count", LOAD] == 10)
        found = scrape(port)
        for name in ("published", "received", "replayed", "duplicate", "lost"):
            assert found[f"ocs_feed_blocks_{name}_total", LOAD] == row(harness)[name]
        assert found["ocs_recorder_recording", None] == 1
        assert found["ocs_journal_bytes_total", None] > 0
    with pytest.raises(OSError, match="refused"):
        scrape(port)


def test_a_port_that_is_taken_is_a_note_and_nothing_else(bus, tmp_path, hk):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            aggregator(bus, tmp_path, "--metrics-port", str(port)) as harness,
            fake_data(bus, tmp_path) as fake,
        ):
            publish(fake, 10)
            harness.until(lambda: is_whole(hk, 10))
            session = harness.status("record").session
            assert session["degraded"] is False
            assert f"127.0.0.1:{port}" in session["data"]["metrics"]["trouble"]
            assert sum("Metrics are not served" in text for _, text in session["messages"]) == 1


def test_feeds_that_want_no_archive_are_left_alone(bus, tmp_path, hk):
    with aggregator(bus, tmp_path) as harness:
        for number in range(3):
            raw(
                bus,
                "f",
                block(number, seq=number + 5),
                boot_id="1700000000.5",
                agg_params={"exclude_aggregator": True},
            )
        raw(bus, "heartbeat", {}, boot_id="1700000000.5", feeds={"f": 9})
        raw(bus, "g", block(1))
        harness.until(lambda: len(published(hk)) == 1)
        harness.until(lambda: harness.status("record").session.get("data"))
        assert replay(harness)["pending_blocks"] == 0
    with Archive(hk) as archive:
        assert [info.name for info in archive.fields()] == ["odd.g.load.x"]
