"""Blocks that are numbered are archived once each, whether they come live, late, twice or after a restart."""

import msgpack
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ocs_sim.archive import Archive, ArchiveWriter, Missing, Recorder, RecorderLimits, seal
from ocs_sim.archive._sealed_ledger import newest_ledger
from tests.archive.making import START, HandClock, values
from tests.archive.publishing import (
    AGENT,
    BOOT,
    FEED,
    body,
    description,
    heartbeat,
    published,
    published_packed,
)
from tests.examples import examples

A, B = "data1.thermometers.temps.a", "data1.thermometers.temps.b"


def numbers(*blocks, samples=10):
    return [float(number * samples + at) for number in blocks for at in range(samples)]


class Site:
    """Recorders of one directory, one after the other."""

    def __init__(self, directory):
        self.directory = directory
        self.clock = HandClock()
        self.recorder = None
        self.start()

    def start(self):
        def open_writer():
            return ArchiveWriter(
                self.directory,
                clock=self.clock,
                seal=self.seal,
                read_sealed=newest_ledger,
                bytes_per_file=4096,
            )

        self.recorder = Recorder(open_writer, self.clock, RecorderLimits(sync_seconds=0.002))
        self.recorder.start()

    def seal(self, journal):
        seal(journal)

    def offer(self, *publications, replayed=False):
        for publication in publications:
            self.recorder.offer(publication, replayed=replayed)
        self.recorder.settled().result(20)

    def restart(self):
        assert self.recorder.close() == []
        self.start()

    def close(self):
        assert self.recorder.close() == []
        return self.recorder.take_notices()

    @property
    def counters(self):
        return self.recorder.feeds()[FEED]


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    yield site
    site.recorder.close()


def test_a_block_that_comes_again_is_dropped(site, tmp_path):
    site.offer(*published(0, 1, 2))
    site.offer(*published(1, 2, 3), replayed=True)
    site.offer(*published(3))
    counters = site.counters
    assert (counters.received, counters.replayed, counters.duplicate, counters.lost) == (3, 1, 3, 0)
    assert counters.samples == 80
    assert site.close() == []
    assert values(tmp_path)[A] == numbers(0, 1, 2, 3)


def test_bytes_are_of_what_was_archived(site):
    site.offer(*published(0, 1, 2))
    archived = site.counters.bytes
    assert archived == sum(map(len, published(0, 1, 2)))
    site.offer(*published(2, 1), replayed=True)
    assert (site.counters.duplicate, site.counters.bytes) == (2, archived)


def test_what_is_replayed_late_is_read_in_order(site, tmp_path):
    site.offer(*published(0, 5, 6))
    site.offer(*published(1, 3, 2, 4), replayed=True)
    site.close()
    assert values(tmp_path)[A] == numbers(*range(7))
    assert values(tmp_path)[B] == [number + 1 for number in numbers(*range(7))]


def test_blocks_without_number_or_boot_are_archived_as_they_come(site, tmp_path):
    unnumbered, bootless = body(1), description()
    del unnumbered["seq"], bootless["boot_id"]
    for publication in ([{"temps": unnumbered}, description()], [{"temps": body(2)}, bootless]):
        site.offer(msgpack.packb(publication), msgpack.packb(publication))
    assert site.counters.duplicate == 0
    site.close()
    assert sorted(values(tmp_path)[A]) == sorted(numbers(1, 1, 2, 2))


@pytest.mark.parametrize("number", [-1, 2**63, 2**64 - 1, True, 1.5, "7", None])
def test_a_number_that_is_none_costs_no_sample(site, tmp_path, number):
    site.offer(*published(0))
    odd = {**body(1), "seq": number}
    site.offer(*[msgpack.packb([{"temps": odd}, description()])] * 2)
    site.close()
    assert sorted(values(tmp_path)[A]) == sorted(numbers(0, 1, 1))


@pytest.mark.parametrize("seconds", [0, 3600, -3600])
def test_what_is_recorded_is_known_after_a_restart(site, tmp_path, seconds):
    site.offer(*published(0, 1))
    site.restart()
    site.clock.step(seconds)
    site.offer(*published(1, 2, 3))
    site.restart()
    site.offer(*published(*range(6)), replayed=True)
    assert (site.counters.replayed, site.counters.duplicate) == (2, 4)
    site.close()
    assert values(tmp_path)[A] == numbers(*range(6))


def test_a_heartbeat_shows_what_is_missing(site):
    site.offer(*published(0, 3), heartbeat({"thermometers": 6}))
    assert site.recorder.missing() == [
        Missing(AGENT, FEED, "thermometers", BOOT, 1, 2),
        Missing(AGENT, FEED, "thermometers", BOOT, 4, 5),
    ]
    site.offer(*published(1, 2, 4, 5), replayed=True)
    assert site.recorder.missing() == []
    told = site.recorder.told()[AGENT]
    assert (told.boot_id, told.feeds, told.received) == (BOOT, {"thermometers": 6}, START)


def test_a_heartbeat_counts_for_each_feed_and_goes_on_with_the_next_boot(site):
    counted = {"published": 7, "bytes": 900, "waiting": 2, "dropped": 1}
    site.offer(heartbeat({"thermometers": 5}, counters={"thermometers": counted, "odd": 5}, earlier=["1.5"]))
    assert (site.counters.published, site.counters.waiting, site.counters.dropped) == (7, 2, 1)
    assert site.recorder.told()[AGENT].earlier == ("1.5",)
    later = {**counted, "published": 3}
    site.offer(heartbeat({"thermometers": 0}, boot="9.5", counters={"thermometers": later}))
    assert site.counters.published == 10
    # The heartbeats of OCS's agents tell nothing.
    site.offer(msgpack.packb([{"acq": 3}, description("heartbeat", "observatory.ocs", record=False)]))
    assert set(site.recorder.told()) == {AGENT}


def test_feeds_that_do_not_want_it_are_not_missing(site, tmp_path):
    site.offer(*published(0, agg_params={"exclude_aggregator": True}), heartbeat({"thermometers": 1}))
    assert site.recorder.missing() == []
    assert site.close() == []
    assert not any(tmp_path.rglob("*.h5"))


def test_a_feed_that_wants_it_after_a_restart_is_missing_from_then_on(site):
    later = f"{START}"
    site.offer(*published(0, agg_params={"exclude_aggregator": True}), *published(2, boot=later))
    site.offer(heartbeat({"thermometers": 3}, boot=later))
    assert site.recorder.excluded == {(FEED, BOOT)}
    assert site.recorder.missing() == [Missing(AGENT, FEED, "thermometers", later, 0, 1)]


def test_what_is_given_up_is_in_the_archive_with_its_reason(site, tmp_path):
    site.offer(*published(0, 3), heartbeat({"thermometers": 6}))
    site.recorder.note_gap(FEED, BOOT, 0, 5, "evicted from the publisher's memory")
    site.recorder.settled().result(20)
    assert (site.recorder.missing(), site.counters.lost) == ([], 4)
    site.restart()
    site.offer(heartbeat({"thermometers": 6}))
    assert site.recorder.missing() == []
    # What comes all the same is taken.
    site.offer(*published(2), replayed=True)
    site.close()
    assert values(tmp_path)[A] == numbers(0, 2, 3)
    with Archive(tmp_path) as archive:
        gaps = [finding.message for finding in archive.check() if finding.kind == "sequence-gap"]
    assert gaps
    assert all("evicted from the publisher's memory" in message for message in gaps)


BAD = [
    ({"timestamps": [1.0], "data": {"a": [1.0, 2.0]}}, "differ in length"),
    ({"timestamps": ["now"], "data": {"a": [1.0]}}, "its timestamps are not unix seconds"),
    ({"timestamps": [], "data": {}}, "it holds no samples"),
    ({"timestamps": [], "data": {}, "packed": [1, "a", "f8", b"short"]}, "the blob has 5 bytes"),
    ({"timestamps": [], "data": {}, "packed": [1, "a", "f8", b"\xff" * 16]}, "a timestamp is not finite"),
    ({"timestamps": [], "data": {}, "packed": [0, "a", "f8", b""]}, "it holds no samples"),
    ({"timestamps": 5}, "lacks timestamps or data"),
]


@pytest.mark.parametrize(("bad", "why"), BAD)
def test_a_block_that_cannot_be_archived_is_given_up_and_not_asked_for_again(site, tmp_path, bad, why):
    broken = {key: bad.get(key, value) for key, value in {**body(1), **bad}.items()}
    spoilt = msgpack.packb([{"temps": broken}, description()])
    site.offer(*published(0), spoilt, *published(2), heartbeat({"thermometers": 3}))
    site.offer(spoilt, replayed=True)
    assert (site.recorder.missing(), site.counters.lost) == ([], 1)
    site.close()
    with Archive(tmp_path) as archive:
        (gap,) = [finding for finding in archive.check() if finding.kind == "sequence-gap"]
    assert "could not be archived: " in gap.message
    assert why in gap.message


KINDS = (("a", "f8"), ("count", "i8"), ("on", "b1"), ("b", "f8"))


def test_packed_blocks_are_archived_as_lists_are(site, tmp_path):
    site.offer(*published(0, 1), *published_packed(0, 1, feed="packed"))
    fields, kinds = zip(*KINDS, strict=True)
    plain = body(0, 4, fields, "mixed")
    plain["data"] |= {"count": [1, 2, 3, -4], "on": [True, False, True, False]}
    from ocs_sim.wire import pack_columns

    packed = pack_columns(plain["timestamps"], plain["data"]).encode()
    assert tuple(packed[2].split(",")) == kinds
    for number in (0, 1):
        block = {**plain, "seq": number, "timestamps": [], "data": {}, "packed": packed}
        told = description("mixed", encoding="packed", agg_params={"exclude_aggregator": True})
        site.offer(msgpack.packb([{"mixed": block}, told]))
    assert site.close() == []
    found = values(tmp_path)
    assert found[A] == found["data1.packed.temps.a"] == numbers(0, 1)
    assert found["data1.mixed.mixed.count"] == [1, 1, 2, 2, 3, 3, -4, -4]
    assert found["data1.mixed.mixed.on"] == [True, True, False, False] * 2
    assert site.recorder.feeds()[f"{AGENT}.feeds.packed"].samples == 40


def test_packed_blocks_with_names_that_are_not_allowed_are_recorded_under_others(site, tmp_path):
    site.offer(*published_packed(0, 1, fields=("inner temp", "b")))
    (notice,) = site.close()
    assert "'inner temp' as 'inner_temp'" in notice
    assert values(tmp_path)["data1.thermometers.temps.inner_temp"] == numbers(0, 1)


def test_latency_is_from_publication_until_the_samples_are_durable(site):
    site.clock.turn(0.05)
    site.offer(*published(0))
    site.clock.turn(1.0)
    site.offer(*published(1))
    assert site.counters.latency.count == 2
    assert site.counters.latency.quantile(0.01) == pytest.approx(0.05, rel=0.11)
    assert site.counters.latency.quantile(1.0) == pytest.approx(0.05, rel=0.11)


def test_a_replay_of_an_earlier_run_does_not_pass_for_the_present_one(site):
    site.offer(*published(0, boot="2.5"), *published(0, boot="1.5"))
    site.offer(*published(1, boot="2.5"))
    site.recorder.take_newcomers()
    site.offer(*published(1, boot="1.5"), replayed=True)
    assert site.recorder.session_data()["providers"][FEED]["sessid"] == "2.5"
    assert site.recorder.take_newcomers() == []


def test_what_was_promised_to_settle_is_cancelled_by_the_end(tmp_path):
    blocked = tmp_path / "hk"
    blocked.write_text("a file where the directory should be")
    recorder = Recorder(lambda: ArchiveWriter(blocked, seal=seal), HandClock())
    early = recorder.settled()
    recorder.start()
    recorder.close()
    assert early.cancelled()
    assert recorder.settled().cancelled()


samples_of_a_field = st.one_of(
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=4),
    st.lists(st.integers(-(2**63), 2**64 - 1), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=1, max_size=4),
    st.lists(
        st.one_of(st.none(), st.text(max_size=3), st.floats(allow_nan=False), st.integers(0, 9)), min_size=1
    ),
)


@given(st.lists(st.tuples(samples_of_a_field, samples_of_a_field), min_size=1, max_size=8))
@example([([0.0], [0.0]), ([0, 2**53 + 1], [0, 0]), ([0], [0])])
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_short_way_and_the_long_way_archive_the_same(tmp_path_factory, columns):
    """The same blocks as bytes, which are recognised by their shape, and unpacked and unnumbered."""
    directory = tmp_path_factory.mktemp("hk")
    site = Site(directory)
    for number, (a, b) in enumerate(columns):
        count = min(len(a), len(b))
        times = [START + number * 10 + at for at in range(count)]
        # The same field twice, once by each way.
        block = {"data": {"a": a[:count], "b": b[:count]}, "timestamps": times}
        site.recorder.offer(msgpack.packb([{"temps": {**block, "seq": number}}, description()]))
        site.recorder.offer([{"temps": block}, description("long")])
    site.close()
    found = values(directory) if any(directory.rglob("*.h5")) else {}
    for name in ("a", "b"):
        short, long = (found.get(f"data1.{feed}.temps.{name}") for feed in ("thermometers", "long"))
        assert repr(short) == repr(long)
