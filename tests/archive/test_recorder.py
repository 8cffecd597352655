"""The recorder: whatever arrives, and whatever the disk does, what can be archived is archived."""

import errno
import math
import os
import threading

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.archive import ArchiveWriter, Recorder, RecorderLimits, seal
from ocs_sim.archive._intake import weight_of
from ocs_sim.archive._repair import Names
from ocs_sim.testing import wait_until
from ocs_sim.wire import check_field_name
from tests.archive.making import START, HandClock, values

ADDRESS = "observatory.data1.feeds.thermometers"
A = "data1.thermometers.temps.a"


def description(**changes):
    known = {
        "agent_address": "observatory.data1",
        "agg_params": {},
        "feed_name": "thermometers",
        "address": ADDRESS,
        "record": True,
        "session_id": "boot-1",
        "agent_class": "FakeDataAgent",
    }
    return {**known, **changes}


def publication(*samples, block="temps", **changes):
    times = [START + sample for sample in samples]
    body = {"block_name": block, "data": {"a": [float(each) for each in samples]}, "timestamps": times}
    return [{block: body}, description(**changes)]


def packed(item):
    """A publication as it comes from the bus."""
    return msgpack.packb(item)


@pytest.fixture
def recorder(tmp_path):
    clock = HandClock()
    running = Recorder(
        lambda: ArchiveWriter(tmp_path, clock=clock, seal=seal), clock, RecorderLimits(sync_seconds=0.005)
    )
    running.clock = clock
    running.start()
    yield running
    running.close()


def closed(recorder):
    assert recorder.close() == []
    return recorder.take_notices()


def test_what_is_offered_is_archived(recorder, tmp_path):
    for number in range(100):
        recorder.offer(publication(number))
    assert closed(recorder) == []
    assert values(tmp_path)[A] == [float(number) for number in range(100)]
    data = recorder.session_data()
    assert data["providers"][ADDRESS] == {
        "last_refresh": START,
        "sessid": "boot-1",
        "stale": False,
        "last_block_received": "temps",
        "blocks": 100,
        "samples": 100,
    }
    assert (data["counters"]["blocks"], data["counters"]["queued_bytes"]) == (100, 0)


def test_it_can_be_read_while_it_is_recorded(recorder, tmp_path):
    recorder.offer(publication(1, 2))
    # A journal is there for an instant before anything is in it.
    wait_until(lambda: any(path.stat().st_size for path in tmp_path.rglob("*.journal")), 10)
    assert values(tmp_path)[A] == [1.0, 2.0]
    assert recorder.session_data()["current_file"] == str(tmp_path / "17636" / "1763640000.h5")


def test_feeds_that_do_not_want_it_are_left_out(recorder, tmp_path):
    recorder.offer([{"acq": 1}, description(record=False)])
    recorder.offer(publication(1, agg_params={"exclude_aggregator": True}))
    assert closed(recorder) == []
    assert values_or_nothing(tmp_path) == {}


def values_or_nothing(directory):
    return values(directory) if any(directory.rglob("*.h5")) else {}


def test_sequence_numbers_and_boot_ids_are_kept(recorder, tmp_path):
    for number in (0, 1, 3):
        item = publication(number, boot_id="boot-9")
        item[0]["temps"]["seq"] = number
        recorder.offer(item)
    closed(recorder)
    from ocs_sim.archive import Archive

    with Archive(tmp_path) as archive:
        (gap,) = [finding for finding in archive.check() if finding.kind == "sequence-gap"]
    assert "of boot boot-9" in gap.message
    assert [int(word) for word in gap.message.split() if word == "2"]


def test_a_feed_is_stale_after_its_own_fresh_time(recorder):
    recorder.offer(publication(1, agg_params={"fresh_time": 5}))
    recorder.offer(publication(1, address="observatory.data2.feeds.f", agg_params={"fresh_time": "x"}))
    wait_until(lambda: len(recorder.session_data()["providers"]) == 2, 10)

    def stale(seconds):
        recorder.clock.turn(seconds)
        return [provider["stale"] for provider in recorder.session_data()["providers"].values()]

    assert [stale(4), stale(2), stale(170), stale(10)] == [
        [False, False],
        [True, False],
        [True, False],
        [True, True],
    ]


def test_new_agents_and_new_runs_of_agents_are_asked_for_units(recorder, tmp_path):
    recorder.offer(publication(1))
    wait_until(lambda: recorder.counters["blocks"] == 1, 10)
    assert recorder.take_newcomers() == ["observatory.data1"]
    recorder.describe(
        ADDRESS, "boot-1", {"temps": {"a": {"type": "float", "unit": "K", "description": "plate"}}}
    )
    recorder.describe(ADDRESS, "boot-1", {"temps": "nonsense"})
    recorder.offer(publication(2))
    recorder.offer(publication(3, session_id="boot-2"))
    wait_until(lambda: recorder.counters["blocks"] == 3, 10)
    assert recorder.take_newcomers() == ["observatory.data1"]
    assert recorder.take_newcomers() == []
    closed(recorder)
    from ocs_sim.archive import Archive

    with Archive(tmp_path) as archive:
        (info,) = archive.fields()
    assert (info.unit, info.description) == ("K", "plate")


MALFORMED = [
    (None, "The message on the bus is not a feed message: not a pair"),
    ("text", "The message on the bus is not a feed message: not a pair"),
    (b"\xc1", "The message on the bus is not a feed message: not msgpack"),
    (b"\x92\x80", "The message on the bus is not a feed message: not msgpack"),
    ([{}, {}], "The message on an unknown feed is not a feed message: not a pair"),
    ([[1, 2], description()], "is not a feed message: a recorded message must map block names to blocks"),
    ([{"temps": 5}, description()], "block 'temps' lacks timestamps or data"),
    ([{"temps": {"timestamps": [1.0]}}, description()], "block 'temps' lacks timestamps or data"),
    (
        [{"temps": {"timestamps": ["now"], "data": {"a": [1]}}}, description()],
        "Block 'temps' of observatory.data1.feeds.thermometers cannot be archived: its timestamps",
    ),
    (
        [{"temps": {"timestamps": [math.inf], "data": {"a": [1]}}}, description()],
        "a timestamp is not finite",
    ),
    ([{"temps": {"timestamps": [1.0], "data": {"a": 5}}}, description()], "lacks timestamps or data"),
]


@pytest.mark.parametrize(("item", "told"), MALFORMED)
def test_what_makes_no_sense_is_told_once_and_the_rest_recorded(recorder, tmp_path, item, told):
    recorder.offer(publication(1))
    recorder.offer(item)
    recorder.offer(item)
    recorder.offer(publication(2))
    (notice,) = closed(recorder)
    assert told in notice
    assert values(tmp_path) == {A: [1.0, 2.0]}


def test_a_bad_block_or_column_does_not_take_the_others_with_it(recorder, tmp_path):
    item = publication(1)
    item[0]["broken"] = {"block_name": "broken", "timestamps": [START], "data": None}
    item[0]["ragged"] = {
        "block_name": "ragged",
        "timestamps": [START],
        "data": {"good": [7.0], "bad": [1.0, 2.0]},
    }
    recorder.offer(item)
    notices = closed(recorder)
    assert any("'broken' lacks" in notice for notice in notices)
    assert any("columns ['bad'] differ in length" in notice for notice in notices)
    assert values(tmp_path) == {A: [1.0], "data1.thermometers.ragged.good": [7.0]}


ODD = [
    {"data": [1], "timestamps": [START]},
    {"data": "", "timestamps": [START]},
    {"data": {"a": b"1"}, "timestamps": [START]},
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("numbered", [True, False])
def test_a_block_that_nobody_foresaw_does_not_take_the_others_with_it(recorder, tmp_path, odd, numbered):
    boot = {"boot_id": "boot-1"} if numbered else {}
    message, told = publication(1, **boot)
    odd = {"odd": {"block_name": "odd", "seq": 0, **odd}}
    recorder.offer(packed([odd | {"temps": message["temps"] | {"seq": 1}}, told]))
    (notice,) = closed(recorder)
    assert "archived" in notice or "lacks timestamps or data" in notice
    assert values(tmp_path) == {A: [1.0]}
    assert recorder.feeds()[ADDRESS].lost == int(numbered)


@pytest.mark.parametrize("odd", [5, "all", [1], None])
def test_odd_parameters_of_a_feed_cost_no_sample(recorder, tmp_path, odd):
    recorder.offer(packed(publication(1, agg_params=odd)))
    assert closed(recorder) == []
    assert values(tmp_path) == {A: [1.0]}


def test_bad_field_names_are_repaired_as_ocs_does(recorder, tmp_path):
    names = ["inner temp", "1st", "__x!", "a", "a!", "a?", "%%", ""]
    item = publication(1)
    item[0]["temps"]["data"] = {name: [float(number)] for number, name in enumerate(names)}
    recorder.offer(item)
    (notice,) = closed(recorder)
    assert "'inner temp' as 'inner_temp'" in notice
    assert {name.rpartition(".")[2]: value for name, [value] in values(tmp_path).items()} == {
        "inner_temp": 0.0,
        "st": 1.0,
        "__x": 2.0,
        "a": 3.0,
        "a_01": 4.0,
        "a_02": 5.0,
        "invalid_field_": 6.0,
        "invalid_field": 7.0,
    }


@given(st.lists(st.text(max_size=300), max_size=6, unique=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_repaired_name_is_allowed_and_none_is_lost(names):
    columns = {name: [number] for number, name in enumerate(names)}
    repaired, _ = Names().repair(columns)
    assert sorted(value for [value] in repaired.values()) == list(range(len(names)))
    assert all(map(check_field_name, repaired))


def test_a_disk_that_fails_is_trouble_that_heals_without_loss(recorder, tmp_path, monkeypatch):
    recorder.offer(publication(1))
    wait_until(lambda: any(tmp_path.rglob("*.journal")), 10)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ocs_sim.archive._journal_file.os.fdatasync", full)
        for number in range(2, 50):
            recorder.offer(publication(number))
        wait_until(lambda: recorder.trouble is not None, 10)
        assert "No space left on device" in recorder.trouble
    wait_until(lambda: recorder.trouble is None, 10)
    (notice,) = closed(recorder)
    assert "Cannot record for now" in notice
    assert values(tmp_path)[A] == [float(number) for number in range(1, 50)]


def test_a_fault_that_nobody_foresaw_is_trouble_and_not_the_end(recorder, tmp_path, monkeypatch):
    def odd(*_):
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(ArchiveWriter, "sync", odd)
        recorder.offer(publication(1))
        wait_until(lambda: recorder.trouble is not None, 10)
        assert "RuntimeError: a bug" in recorder.trouble
        recorder.offer(publication(2))
    wait_until(lambda: recorder.trouble is None, 10)
    closed(recorder)
    assert values(tmp_path)[A] == [1.0, 2.0]


def test_a_directory_that_cannot_be_written_is_tried_until_it_can(tmp_path):
    blocked = tmp_path / "hk"
    blocked.write_text("a file where the directory should be")
    recorder = Recorder(
        lambda: ArchiveWriter(blocked, seal=seal), HandClock(), RecorderLimits(sync_seconds=0.005)
    )
    recorder.offer(publication(1))
    recorder.start()
    wait_until(lambda: recorder.trouble is not None, 10)
    blocked.unlink()
    wait_until(lambda: recorder.trouble is None and recorder.counters["blocks"], 10)
    assert recorder.close() == []
    assert values(blocked) == {A: [1.0]}


def test_beyond_its_bound_it_leaves_out_one_stretch_and_says_so(tmp_path):
    release = threading.Event()

    def open_late():
        release.wait(20)
        return ArchiveWriter(tmp_path, seal=seal)

    size = weight_of(publication(0))
    limits = RecorderLimits(queued_bytes=10 * size, sync_seconds=0.005)
    recorder = Recorder(open_late, HandClock(), limits)
    recorder.start()
    for number in range(30):
        recorder.offer(publication(number))
    assert (recorder.counters["dropped_publications"], recorder.dropped_blocks) == (20, 20)
    assert "20 blocks were left out, to be asked for again" in recorder.trouble
    assert (recorder.queue_fill, recorder.missing()) == (1.0, [])
    release.set()
    wait_until(lambda: recorder.trouble is None, 10)
    recorder.offer(publication(99))
    assert recorder.close() == []
    assert values(tmp_path)[A] == [*[float(number) for number in range(10)], 99.0]


def test_many_small_publications_are_bounded_too(tmp_path):
    recorder = Recorder(
        lambda: ArchiveWriter(tmp_path, seal=seal), HandClock(), RecorderLimits(queued_publications=5)
    )
    for number in range(30):
        recorder.offer(packed(publication(number)))
    assert recorder.dropped_blocks == 25
    recorder.start()
    assert recorder.close() == []
    assert values(tmp_path)[A] == [float(number) for number in range(5)]


def has_taken_all_it_can(recorder):
    """Whether the thread has taken all that its bound lets it take."""
    counters = recorder.session_data()["counters"]
    return counters["queued_publications"] == 0 or counters["pending_bytes"] >= 2000


def test_a_disk_that_stays_away_fills_memory_only_up_to_the_bound(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ocs_sim.archive._recorder._LONGEST_PAUSE_SECONDS", 0.01)
    limits = RecorderLimits(queued_bytes=2000, pending_bytes=2000, sync_seconds=0.005)
    recorder = Recorder(lambda: ArchiveWriter(tmp_path, seal=seal), HandClock(), limits)
    recorder.start()
    recorder.offer(publication(0))
    wait_until(lambda: any(tmp_path.rglob("*.journal")), 10)
    with monkeypatch.context() as patched:
        patched.setattr("ocs_sim.archive._journal_file.os.pwrite", full)
        number = 1
        while not recorder.dropped_blocks:
            recorder.offer(packed(publication(number)))
            number += 1
            wait_until(lambda: has_taken_all_it_can(recorder), 10)
        counters = recorder.session_data()["counters"]
        assert 2000 <= counters["pending_bytes"] < 3000
        assert counters["queued_bytes"] <= 2000
        assert "the disk is full: free some space" in recorder.trouble
    wait_until(lambda: recorder.trouble is None, 10)
    assert recorder.close() == []
    assert values(tmp_path)[A] == [float(each) for each in range(number - 1)]


def test_leftovers_are_sealed_at_the_start(tmp_path):
    from tests.archive.making import counted, write

    write(tmp_path, counted(0), sealed=False)
    recorder = Recorder(
        lambda: ArchiveWriter(tmp_path, seal=seal), HandClock(), RecorderLimits(sync_seconds=0.005)
    )
    recorder.start()
    assert recorder.close() == []
    assert recorder.take_notices() == ["Found one file that was not sealed; sealing now."]
    assert not list(tmp_path.rglob("*.journal"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_permission_is_trouble(tmp_path):
    tmp_path.chmod(0o500)
    recorder = Recorder(lambda: ArchiveWriter(tmp_path / "hk", seal=seal), HandClock())
    recorder.start()
    wait_until(lambda: recorder.trouble is not None, 10)
    assert "Permission denied" in recorder.trouble
    recorder.close()
