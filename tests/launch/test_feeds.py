"""`obsbow feeds`: what becomes of what every feed publishes."""

import socket

import pytest

from ocs_sim.launch._feeds import Counted, FeedWatcher, Look
from ocs_sim.launch._feeds_rows import Problem, rows
from ocs_sim.launch._layout import open_layout
from tests.observatory import eventually, lay_out


def counted(name="data1.temps", **known):
    return Counted(name, f"observatory.{name.replace('.', '.feeds.')}", **known)


def look(at, *feeds):
    return Look(at, "aggregator", {feed.name: feed for feed in feeds})


def problems(now, before=None):
    (row,) = rows(look(20.0, now), look(10.0, before) if before else None)
    return row.problems


def test_rates_are_what_was_archived_between_two_looks():
    before = counted(received=100, replayed=10, bytes=1000)
    now = counted(received=150, replayed=20, bytes=6000, last_block=18.5)
    (row,) = rows(look(20.0, now), look(10.0, before))
    assert (row.blocks_per_second, row.bytes_per_second, row.age_seconds) == (6.0, 500.0, 1.5)


def test_the_rate_that_the_aggregator_tells_is_believed():
    (row,) = rows(look(20.0, counted(received=40, replayed=10, bytes=5000, blocks_per_second=3.0)), None)
    assert (row.blocks_per_second, row.bytes_per_second) == (3.0, 300.0)


def test_without_an_aggregator_rates_are_what_was_published():
    (row,) = rows(look(20.0, counted(published=70)), look(10.0, counted(published=20)))
    assert row.blocks_per_second == 5.0


def test_the_first_look_and_one_that_counts_anew_have_no_rates():
    (first,) = rows(look(20.0, counted(received=5)), None)
    (anew,) = rows(look(20.0, counted(received=5)), look(10.0, counted(received=50)))
    assert (first.blocks_per_second, anew.blocks_per_second) == (None, None)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ({"lost": 1}, {}, (Problem.LOST,)),
        ({"dropped": 2}, {}, (Problem.DROPPED,)),
        ({"stale": True}, {}, (Problem.STALE,)),
        ({"published": 9, "last_block": 12.0}, {"published": 5}, (Problem.STALE,)),
        ({"published": 9, "last_block": 19.0}, {"published": 5}, ()),
        ({"published": 5, "last_block": 1.0}, {"published": 5}, ()),
        ({"waiting": 9}, {"waiting": 5}, (Problem.WAITING,)),
        ({"waiting": 4}, {"waiting": 5}, ()),
        ({"waiting": 4}, {"waiting": 0}, ()),
        ({"dropped": 3, "lost": 2, "stale": True}, {}, (Problem.LOST, Problem.DROPPED, Problem.STALE)),
    ],
)
def test_problems_are_named_the_worst_first(now, before, expected):
    assert problems(counted(**now), counted(**before)) == expected


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("data1", ["data1.humidity", "data1.temps"]),
        ("temps", ["data1.temps", "data2.temps"]),
        ("data?.temps", ["data1.temps", "data2.temps"]),
        ("*.hum*", ["data1.humidity"]),
        ("nothing", []),
    ],
)
def test_a_pattern_matches_an_agent_a_feed_or_both(pattern, names):
    feeds = [counted(name) for name in ("data2.temps", "data1.temps", "data1.humidity")]
    assert [row.counted.name for row in rows(look(1.0, *feeds), None, [pattern])] == names


@pytest.fixture(scope="module")
def observatory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("feeds")
    observatory = lay_out(directory, lambda text: text.replace("mode: idle", "mode: acq"))
    observatory.well("up")
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


def temperatures(observatory):
    report = observatory.json("feeds", "data1.false_temperatures")
    (feed,) = report["feeds"]
    return report["aggregator"], feed


@pytest.mark.integration
def test_it_tells_what_is_published_and_recorded(observatory):
    def recorded():
        aggregator, feed = temperatures(observatory)
        return (aggregator, feed) if (feed["received"] or 0) > 2 else None

    aggregator, feed = eventually(recorded, "some blocks are recorded")
    assert aggregator == "aggregator"
    assert feed["published"] >= feed["received"]
    assert (feed["lost"], feed["duplicate"], feed["problems"]) == (0, 0, [])
    assert 0 < feed["latency_p50"] <= feed["latency_p99"]
    assert feed["age_seconds"] is not None
    assert feed["bytes"] > 0


@pytest.mark.integration
def test_it_prints_a_table_for_people(observatory):
    printed = observatory.well("feeds", "data1")
    title, *lines = printed.splitlines()
    assert title.split()[:4] == ["feed", "published", "received", "replayed"]
    assert any(line.startswith("data1.false_temperatures") for line in lines)
    assert "recorded by aggregator" in lines[-1]
    assert "no feed matches" in observatory.well("feeds", "nothing")


@pytest.mark.integration
def test_without_an_aggregator_it_tells_what_the_agents_count(observatory):
    observatory.well("down", "aggregator")
    aggregator, feed = temperatures(observatory)
    assert aggregator is None
    assert feed["published"] > 0
    assert feed["received"] is None
    assert "nobody records" in observatory.well("feeds")
    observatory.well("up", "aggregator")


@pytest.mark.integration
def test_without_a_router_it_says_so(tmp_path):
    down = lay_out(tmp_path / "site")
    done = down.obsbow("feeds")
    assert (done.returncode, done.stdout) == (1, "")
    assert "The router does not answer" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.integration
def test_a_router_that_hangs_is_said_not_to_answer(tmp_path):
    hung = lay_out(tmp_path / "site")
    with socket.create_server(("127.0.0.1", hung.port)):
        done = hung.obsbow("feeds")
    assert (done.returncode, done.stdout) == (1, "")
    assert "The router does not answer" in done.stderr
    assert "no answer within 1 s" in done.stderr


SECOND = """
      - instance-id: second
        agent-class: AggregatorAgent
        arguments: {data-dir: ../data/hk}
"""


@pytest.mark.parametrize("waiting", ["aggregator", "second"])
def test_of_two_aggregators_the_one_that_can_record_is_believed(tmp_path, monkeypatch, waiting):
    site = lay_out(tmp_path / "site", lambda text: text + SECOND)

    def answer(self, procedure, *_):
        agent = procedure.split(".")[1]
        return [0, "", {"status": "running", "degraded": agent == waiting}] if "ops" in procedure else None

    monkeypatch.setattr(FeedWatcher, "_call", answer)
    monkeypatch.setattr(FeedWatcher, "_require_router", lambda self: None)
    with FeedWatcher(open_layout(site.site_file, None)) as watcher:
        (other,) = {"aggregator", "second"} - {waiting}
        assert watcher.look().aggregator == other
