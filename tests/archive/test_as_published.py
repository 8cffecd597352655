"""Reading what was published, block by block: over files, boots, versions and late replays, in order."""

import h5py
import msgpack
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ocs_sim.archive import Archive, ArchiveWriter, Recorder, RecorderLimits, seal
from ocs_sim.archive._sealed_ledger import newest_ledger
from ocs_sim.wire import pack_columns
from tests.archive.making import START, HandClock, counted, record, write
from tests.archive.publishing import FEED, description
from tests.examples import examples


def read(directory, pattern="*"):
    with Archive(directory) as archive:
        return list(archive.as_published(pattern))


def told(blocks):
    return [
        (each.boot_id, each.sequence, each.block, each.times.tolist(), plain(each.data)) for each in blocks
    ]


def plain(data):
    return {name: values.tolist() for name, values in data.items()}


@pytest.mark.parametrize("sealed", [True, False])
def test_blocks_come_out_as_they_went_in(tmp_path, sealed):
    records = [counted(number, samples=1 + number % 4) for number in range(50)]
    write(tmp_path, *records, sealed=sealed)
    found = read(tmp_path)
    assert [each.sequence for each in found] == list(range(50))
    for each, item in zip(found, records, strict=True):
        assert (each.feed_address, each.boot_id, each.block) == (item.feed_address, "boot-1", "temps")
        assert each.times.tolist() == item.timestamps
        assert plain(each.data) == item.columns


@pytest.mark.parametrize("sealed", [True, False])
def test_texts_and_mixtures_too_and_only_the_fields_that_are_asked_for(tmp_path, sealed):
    items = [{"t": ["a", "ü"], "m": [1, None], "b": [True, False], "x": [1.5, 2.5]}, {"t": ["z"], "x": [0.5]}]
    write(tmp_path, *(record(each, sequence=at) for at, each in enumerate(items)), sealed=sealed)
    assert [plain(each.data) for each in read(tmp_path)] == items
    assert [plain(each.data) for each in read(tmp_path, "*.t")] == [{"t": ["a", "ü"]}, {"t": ["z"]}]
    assert read(tmp_path, "nothing") == []


def test_counts_are_stored_only_where_blocks_differ(tmp_path):
    write(
        tmp_path, *(counted(number) for number in range(9)), *(counted(at, block="b") for at in range(9, 12))
    )
    (even,) = tmp_path.rglob("*.h5")
    with h5py.File(even) as file:
        assert "samples_per_block" not in file["entry/_archive/b0"]
        assert "samples_per_block" not in file["entry/_archive/b1"]
    write(tmp_path / "uneven", counted(0), counted(1, samples=300), counted(2))
    (uneven,) = tmp_path.rglob("uneven/*/*.h5")
    with h5py.File(uneven) as file:
        stored = file["entry/_archive/b0/samples_per_block"]
        assert (stored[()].tolist(), stored.dtype) == ([10, 300, 10], np.uint16)


def test_what_an_older_file_does_not_tell_comes_in_one_piece_without_a_number(tmp_path):
    (path,) = write(tmp_path, counted(0), counted(1, samples=3), counted(2), counted(5))
    with h5py.File(path, "a") as file:
        del file["entry/_archive/b0/samples_per_block"]
    found = read(tmp_path)
    assert [(each.sequence, len(each.times)) for each in found] == [(None, 23), (5, 10)]


def test_unnumbered_blocks_come_in_order_of_arrival(tmp_path):
    write(tmp_path, *(record({"a": [float(each)] * each}) for each in (3, 1, 2)))
    assert [(each.sequence, plain(each.data)["a"]) for each in read(tmp_path)] == [
        (None, [3.0] * 3),
        (None, [1.0]),
        (None, [2.0] * 2),
    ]


def test_boots_are_in_order_of_time_also_within_a_file(tmp_path):
    boots = ("300.5", "1000.25", "20.5")
    write(tmp_path, *(counted(number, boot_id=boot) for boot in boots for number in (1, 0)), sealed=True)
    assert [(each.boot_id, each.sequence) for each in read(tmp_path)] == [
        (boot, number) for boot in ("20.5", "300.5", "1000.25") for number in (0, 1)
    ]
    (path,) = tmp_path.rglob("*.h5")
    with h5py.File(path) as file:
        runs = file["entry/_archive/b0/provenance"]
        assert [runs.attrs["boot_ids"][row["boot"]] for row in runs[()]] == ["20.5", "300.5", "1000.25"]


def test_boots_that_do_not_tell_their_time_stay_in_order_of_arrival(tmp_path):
    boots = ("300.5", "some-run", "20.5")
    write(tmp_path, *(counted(0, boot_id=boot) for boot in boots))
    (path,) = tmp_path.rglob("*.h5")
    with h5py.File(path) as file:
        runs = file["entry/_archive/b0/provenance"]
        assert [runs.attrs["boot_ids"][row["boot"]] for row in runs[()]] == list(boots)


def test_a_large_block_and_many_small_ones_are_cut_alike(tmp_path, monkeypatch):
    monkeypatch.setattr("ocs_sim.archive._as_published._VALUES_PER_WINDOW", 60)
    sizes = [1, 7, 100, 3, 20, 1, 1, 55, 2]
    write(tmp_path, *(record({"a": [float(at)] * size}, sequence=at) for at, size in enumerate(sizes)))
    assert [(each.sequence, plain(each.data)["a"]) for each in read(tmp_path)] == [
        (at, [float(at)] * size) for at, size in enumerate(sizes)
    ]


def test_live_and_replayed_blocks_in_turn_make_few_runs(tmp_path):
    live, late = range(0, 400, 2), range(1, 400, 2)
    mixed = [counted(number) for pair in zip(live, late, strict=True) for number in pair]
    mixed += [counted(number) for number in (*range(600, 700), *range(500, 600), *range(400, 500))]
    for sealed in (False, True):
        write(tmp_path / str(sealed), *mixed, sealed=sealed)
        with Archive(tmp_path / str(sealed)) as archive:
            assert [each.sequence for each in archive.as_published()] == list(range(700))
            assert [
                finding for finding in archive.check() if finding.is_loss and "missing" in str(finding)
            ] == []
    (path,) = (tmp_path / "True").rglob("*.h5")
    with h5py.File(path) as file:
        assert len(file["entry/_archive/b0/provenance"]) == 1


class ArchiveIsWhatWasPublished(RuleBasedStateMachine):
    """A recorder that gets blocks late, twice, from several boots, over restarts and steps of the clock."""

    def __init__(self):
        super().__init__()
        import tempfile
        from pathlib import Path

        self.scratch = tempfile.TemporaryDirectory()
        self.directory = Path(self.scratch.name)
        self.clock = HandClock()
        self.published = {}
        self.kept_back = []
        self.boots = 0
        self.recorder = None
        self.boot()
        self.start()

    def start(self):
        def open_writer():
            return ArchiveWriter(
                self.directory, clock=self.clock, seal=seal, read_sealed=newest_ledger, bytes_per_file=3000
            )

        self.recorder = Recorder(open_writer, self.clock, RecorderLimits(sync_seconds=0.001))
        self.recorder.start()

    @rule()
    def boot(self):
        self.boots += 1
        self.boot_id, self.number = f"{START + self.boots}", 0

    @rule(
        samples=st.integers(1, 5),
        block=st.sampled_from(["temps", "volts"]),
        encoding=st.sampled_from(["lists", "packed", "integers"]),
        is_kept_back=st.booleans(),
    )
    def publish(self, samples, block, encoding, is_kept_back):
        first = len(self.published) * 10
        times = [self.clock.time() + at for at in range(samples)]
        number = int if encoding == "integers" else float
        data = {
            "a": [number(first + at) for at in range(samples)],
            "b": [at % 2 == 0 for at in range(samples)],
        }
        body = {"block_name": block, "timestamps": times, "data": data, "seq": self.number}
        self.published[self.boot_id, self.number] = (block, times, data)
        changes = {"boot": self.boot_id}
        if encoding == "packed":
            body |= {"timestamps": [], "data": {}, "packed": pack_columns(times, data).encode()}
            changes |= {"encoding": "packed", "agg_params": {"exclude_aggregator": True}}
        publication = msgpack.packb([{block: body}, description(**changes)])
        self.number += 1
        if is_kept_back:
            self.kept_back.append(publication)
        else:
            self.recorder.offer(publication)

    @rule(data=st.data(), is_replayed=st.booleans())
    def send_late(self, data, is_replayed):
        if self.kept_back:
            at = data.draw(st.integers(0, len(self.kept_back) - 1))
            for _ in range(data.draw(st.integers(1, 2))):
                self.recorder.offer(self.kept_back[at], replayed=is_replayed)
            del self.kept_back[at]

    @rule(seconds=st.sampled_from([-3600, 1, 3600]))
    def step(self, seconds):
        self.clock.step(seconds)

    @rule()
    def restart(self):
        assert self.recorder.close() == []
        assert self.recorder.take_notices() == []
        self.start()

    @invariant()
    def nothing_is_twice(self):
        self.recorder.settled().result(20)
        with Archive(self.directory) as archive:
            numbers = [(each.boot_id, each.sequence) for each in archive.as_published()]
        assert numbers == sorted(set(numbers), key=lambda each: (float(each[0]), each[1]))

    def teardown(self):
        for publication in self.kept_back:
            self.recorder.offer(publication, replayed=True)
        self.recorder.settled().result(20)
        assert self.recorder.close() == []
        with Archive(self.directory) as archive:
            found = {(each.boot_id, each.sequence): each for each in archive.as_published()}
            assert list(found) == list(self.published)
            for key, (block, times, data) in self.published.items():
                each = found[key]
                assert (each.feed_address, each.block, each.times.tolist()) == (FEED, block, times)
                assert plain(each.data) == data
            if self.published:
                assert not [finding for finding in archive.check() if finding.kind == "sequence-gap"]
        self.scratch.cleanup()


TestArchiveIsWhatWasPublished = ArchiveIsWhatWasPublished.TestCase
TestArchiveIsWhatWasPublished.settings = settings(
    max_examples=examples(15), stateful_step_count=25, deadline=None
)
