"""Merging sealed files: nothing changes but their number, whenever it is cut short and whoever reads."""

import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.archive import (
    Archive,
    ArchiveWriter,
    FieldDescription,
    Gap,
    RepackOptions,
    TidyingInUse,
    repack,
    seal,
)
from ocs_sim.archive._catalogue import Catalogue
from ocs_sim.archive._tidy_lock import tidying
from tests.archive.dying import killed_at_each_step
from tests.archive.making import START, HandClock, counted, record, write
from tests.archive.many import hourly
from tests.archive.repacker_that_dies import SPAN_SECONDS
from tests.examples import examples

HERE = Path(__file__).parent
FEED = "observatory.data1.feeds.thermometers"


def sealed(directory):
    return sorted(path.name for path in directory.rglob("*.h5"))


def contents(directory):
    """Everything that a reader can learn, but in which files it is."""
    with Archive(directory) as archive:
        told = archive.fields()
        loaded = {}
        for name, series in archive.load().items():
            order = np.lexsort((np.asarray([repr(value) for value in series.values]), series.times))
            values = [repr(value) for value in series.values[order].tolist()]
            loaded[name] = (series.times[order].tolist(), values)
        newest = {name: (latest.time, repr(latest.value)) for name, latest in archive.latest().items()}
        findings = archive.check(clock=HandClock(START + 1e5))
    return told, loaded, newest, findings, numbers(directory), gaps(directory), published(directory)


def published(directory):
    """Every block that was published, in order."""
    with Archive(directory) as archive:
        return [
            (
                (block.feed_address, block.boot_id, block.sequence, block.block, block.times.tolist()),
                {name: repr(values.tolist()) for name, values in block.data.items()},
            )
            for block in archive.as_published()
        ]


def numbers(directory):
    """The sequence numbers that are recorded, with the samples of their runs, by feed, block and boot."""
    catalogue = Catalogue(directory)
    found = {}
    for segment in catalogue.refresh():
        for block in segment.blocks:
            table, boots = segment.provenance(block)
            assert table["samples"].sum() == block.samples
            for row in table:
                key = (block.feed_address, block.block, boots[row["boot"]])
                sequences, samples, blocks = found.get(key, ([], 0, 0))
                step = max(int(row["sequence_step"]), 1)
                sequences = sequences + list(range(row["first_sequence"], row["last_sequence"] + 1, step))
                found[key] = (sorted(sequences), samples + int(row["samples"]), blocks + int(row["blocks"]))
    catalogue.close()
    return found


def gaps(directory):
    catalogue = Catalogue(directory)
    found = {gap for segment in catalogue.refresh() for gap in segment.gaps}
    catalogue.close()
    return found


@pytest.fixture
def directory(tmp_path):
    """Files with all that can be in one: boots, versions, texts, mixtures, replays, gaps and units."""
    folder, clock = tmp_path / "hk", HandClock()
    writer = ArchiveWriter(folder, clock=clock, seal=seal, site="tst")

    def end_file():
        writer.rotate()
        clock.turn(60)

    for number in (0, 1, 2, 6):
        writer.append(counted(number))
    writer.append(record({"word": ["été", ""], "any": [1, "one"]}, [START, START + 1], feed="texts"))
    writer.append(record({"on": [True, False], "n": [2**62, -1]}, [START, START + 1], feed="flags"))
    end_file()
    writer.describe(FEED, "boot-1", {"temps": {"a": FieldDescription("K", "plate")}})
    writer.append(counted(7))
    writer.append(counted(3))
    writer.append(counted(4))
    writer.note_gap(Gap(FEED, "boot-1", 5, 5, "the publisher no longer had them"))
    end_file()
    writer.append(counted(8, fields=("a", "b", "c")))
    writer.append(counted(0, boot_id="boot-2"))
    writer.append(record({"word": ["naïve"], "any": [[1, 2]]}, [START + 2], feed="texts"))
    writer.append(record({"a": [float("nan"), -0.0]}, [START + 5, START + 4], feed="odd"))
    end_file()
    writer.append(counted(1, boot_id="boot-2"))
    writer.append(record({"a": [1.0]}, [START + 9], feed="odd"))
    end_file()
    writer.append(record({"last": [1.0]}, [START + 10], feed="newest"))
    writer.close()
    return folder


def test_a_file_of_many_holds_what_they_held(directory):
    before = contents(directory)
    report = repack(directory, RepackOptions(include_current=True), clock=HandClock())
    assert report.faults == []
    (made,) = report.made
    assert len(made.sources) == 4
    assert sealed(directory) == [made.path.name, "1763640240.h5"]
    assert contents(directory) == before
    with h5py.File(made.path) as file:
        assert file.attrs["default"] == "entry"
        assert file["entry"].attrs["site"] == "tst"
        temps = file["entry/data1/thermometers/temps"]
        assert temps["a"].attrs["units"] == "K"
        # In the order in which they were published, though 3 and 4 came after 7.
        assert temps["a"][()].tolist() == [
            float(at) for number in (0, 1, 2, 3, 4, 6, 7) for at in range(number * 10, number * 10 + 10)
        ] + [float(at) for at in range(20)]
        assert file["entry/data1/thermometers/temps_v2"].attrs["version"] == 2
        assert file["entry/data1/texts/temps/word"].asstr()[()].tolist() == ["été", "", "naïve"]
        index = json.loads(file["entry/_archive/index"][()])
        assert len(index["supersedes"]) == 4


def test_the_ledger_of_the_new_file_is_that_of_all(directory):
    from ocs_sim.archive._ledger import Ledger

    (made,) = repack(directory, RepackOptions(include_current=True)).made
    with h5py.File(made.path) as file:
        ledger = Ledger.decode(json.loads(file["entry/_archive/ledger"][()]))
    assert ledger.holes(FEED, "boot-1", 10) == [(9, 9)]
    assert [ledger.has(FEED, "boot-1", number) for number in (4, 5, 6)] == [True, False, True]
    assert ledger.boots(FEED) == ["boot-1", "boot-2"]
    assert ledger.since == START


def test_once_more_there_is_nothing_to_do_and_a_later_file_joins(directory):
    options = RepackOptions(include_current=True)
    before = contents(directory)
    repack(directory, options)
    assert repack(directory, options).made == []
    write(directory, record({"late": [1.0]}, [START + 20], feed="late"), clock=HandClock(START + 600))
    (again,) = repack(directory, options).made
    assert len(again.sources) == 2
    assert len(sealed(directory)) == 2
    later = contents(directory)
    assert {name: series for name, series in later[1].items() if "late" not in name} == before[1]
    assert later[4].items() >= before[4].items()


@pytest.mark.parametrize("compression", ["gzip", "lzf"])
def test_compressed_files_read_the_same(tmp_path, compression):
    folder = tmp_path / "hk"
    hourly(folder, 6, blocks=2, fields=2, samples=2000)
    before = contents(folder)
    options = RepackOptions(include_current=True, compression=compression)
    (made,) = repack(folder, options).made
    assert made.size_after < made.size_before / 2
    assert contents(folder) == before
    assert repack(folder, options).made == []
    with Archive(folder) as archive:
        fine = archive.decimate("agent0.*.field_0", points=10)["agent0.feed_0.temps.field_0"]
    assert fine.count.sum() == 12000
    assert (fine.minimum.min(), fine.maximum.max()) == (0.0, 1999.0)


def test_pyramids_of_the_new_file_summarise_its_samples(tmp_path):
    folder = tmp_path / "hk"
    hourly(folder, 5, blocks=1, fields=2, samples=3000)
    (made,) = repack(folder, RepackOptions(include_current=True)).made
    with h5py.File(made.path) as file:
        times, values = (file["entry/agent0/feed_0/temps"][name][()] for name in ("time", "field_1"))
        level, spans = (
            file[f"entry/_archive/b0/{name}"][()] for name in ("decimated_64", "decimated_64_time")
        )
    starts = np.arange(0, 12000, 64)
    assert level[1, 0].tolist() == np.minimum.reduceat(values, starts).tolist()
    assert level[1, 2].tolist() == np.maximum.reduceat(values, starts).tolist()
    assert level[1, 3].sum() == 12000
    assert np.allclose(level[1, 1], np.add.reduceat(values, starts) / level[1, 3])
    assert spans[0].tolist() == np.minimum.reduceat(times, starts).tolist()
    assert spans[1].tolist() == np.maximum.reduceat(times, starts).tolist()


def test_samples_in_other_units_stay_apart(tmp_path):
    clock = HandClock()
    for unit, value in (("", 1.0), ("K", 2.0), ("mK", 3.0)):
        writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
        if unit:
            writer.describe(FEED, "boot-1", {"temps": {"a": FieldDescription(unit)}})
        writer.append(record({"a": [value]}, [START + value]))
        writer.close()
    write(tmp_path, record({"newest": [1.0]}, [START + 9]), clock=clock)
    (made,) = repack(tmp_path, RepackOptions(include_current=True)).made
    with h5py.File(made.path) as file:
        feed = file["entry/data1/thermometers"]
        units = {feed[name]["a"].attrs.get("units"): feed[name]["a"][()].tolist() for name in feed}
    assert units == {None: [1.0], "K": [2.0], "mK": [3.0]}


def test_what_is_recorded_today_and_what_is_not_sealed_is_left_alone(tmp_path):
    folder = tmp_path / "hk"
    day = 86400
    for hours in (0, 1, 24, 25, 26):
        write(folder, counted(hours), clock=HandClock(START + 3600 * hours))
    unsealed = folder / "17636" / "1763643600.journal"
    shutil.copyfile(write(folder, counted(50), sealed=False, clock=HandClock(START + 2 * day))[0], unsealed)
    before = sealed(folder)
    assert repack(folder).made == []
    assert sealed(folder) == before
    unsealed.unlink()
    (made,) = repack(folder).made
    assert [path.name for path in made.sources] == ["1763640000.h5", "1763643600.h5"]
    assert len(sealed(folder)) == 4
    (made,) = repack(folder, RepackOptions(include_current=True)).made
    assert "1763733600.h5" not in [path.name for path in made.sources]


def test_a_dry_run_tells_and_does_nothing(directory):
    before = sorted(directory.rglob("*"))
    (made,) = repack(directory, RepackOptions(include_current=True), dry_run=True).made
    assert (len(made.sources), made.size_after) == (4, None)
    assert made.size_before == sum(path.stat().st_size for path in made.sources)
    assert [path for path in sorted(directory.rglob("*")) if path.name != ".tidying"] == before


def test_a_source_that_cannot_be_read_stays_with_its_neighbours(directory):
    bad = sorted(directory.rglob("*.h5"))[1]
    with h5py.File(bad, "r+") as file:
        del file["entry/data1/thermometers/temps/b"]
    before = sealed(directory)
    report = repack(directory, RepackOptions(include_current=True))
    assert report.made == []
    assert "could not be repacked" in report.faults[0]
    assert sealed(directory) == before
    assert not list(directory.rglob(".*.repacking"))


@pytest.mark.parametrize("name", ["time", "a", "word"])
def test_a_disk_that_writes_something_else_is_noticed(directory, monkeypatch, name):
    from ocs_sim.archive._repack_build import Builder

    before, fill = contents(directory), Builder._fill

    def spoilt(self, group, dataset, *rest):
        fill(self, group, dataset, *rest)
        if dataset == name:
            group[dataset][0] = "wrong" if dataset == "word" else 12345.0

    monkeypatch.setattr(Builder, "_fill", spoilt)
    report = repack(directory, RepackOptions(include_current=True))
    assert "does not read back as it was written" in report.faults[0]
    assert report.made == []
    assert contents(directory) == before


def test_a_full_disk_leaves_everything(directory, monkeypatch):
    before = contents(directory)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    report = repack(directory, RepackOptions(include_current=True))
    assert "0 MB are free" in report.faults[0]
    assert contents(directory) == before


def test_two_do_not_tidy_at_once(directory):
    with tidying(directory), pytest.raises(TidyingInUse):
        repack(directory)


def test_the_recorder_goes_on_meanwhile(directory):
    writer = ArchiveWriter(directory, clock=HandClock(START + 1000), seal=seal)
    writer.append(counted(20))
    writer.sync()
    before = contents(directory)
    assert repack(directory, RepackOptions(include_current=True)).faults == []
    assert contents(directory) == before
    writer.append(counted(21))
    writer.close()
    assert len(contents(directory)[1]["data1.thermometers.temps.a"][0]) == 120


def test_a_reader_that_has_a_source_open_goes_on(directory):
    name = "data1.thermometers.temps.a"
    with Archive(directory) as archive:
        before = archive.load(name)[name].values.tolist()
        holdings = archive._catalogue.refresh()
        repack(directory, RepackOptions(include_current=True))
        (block,) = [block for block in holdings[0].blocks if block.block == "temps" and "b" in block.fields]
        assert len(holdings[0].times(block)) == 40
        assert archive.load(name)[name].values.tolist() == before


def test_following_takes_a_new_file_of_old_samples_for_nothing_new(directory):
    steps = [lambda: repack(directory, RepackOptions(include_current=True)), lambda: None]

    def wait(_seconds):
        if steps:
            steps.pop(0)()
            return False
        return True

    with Archive(directory) as archive:
        assert list(archive.follow("*", wait=wait)) == []


@settings(max_examples=examples(15), deadline=None)
@given(st.data())
def test_blocks_that_came_late_get_to_where_they_belong(tmp_path_factory, data):
    folder, clock = tmp_path_factory.mktemp("late") / "hk", HandClock()
    blocks = [(boot, number) for boot in ("1763640000.5", "1763640100.5") for number in range(12)]
    lengths = data.draw(st.lists(st.integers(1, 3), min_size=24, max_size=24))
    arrival = data.draw(st.permutations(range(24)))
    kept = arrival[: data.draw(st.integers(1, 24))]
    files = data.draw(st.lists(st.integers(0, 3), min_size=len(kept), max_size=len(kept)))
    for file in range(4):
        chosen = [at for at, where in zip(kept, files, strict=True) if where == file]
        write(
            folder,
            *(late(*blocks[at], lengths[at]) for at in chosen),
            record({"x": [1.0]}, feed="other"),
            clock=clock,
        )
        clock.turn(10)
    write(folder, record({"x": [1.0]}, feed="other"), clock=clock)
    before = published(folder)
    assert repack(folder, RepackOptions(include_current=True)).faults == []
    assert published(folder) == before
    (made, _) = sorted(folder.rglob("*.h5"))
    with h5py.File(made) as file:
        block = file["entry/data1/thermometers/temps"]
        stored = block["a"][()].tolist()
        runs = file[block.attrs["archive_group"]]["provenance"][()]
    ordered = sorted(kept)
    assert stored == [float(at) for at in ordered for _ in range(lengths[at])]
    gaps_between = sum(b - a > 1 or b == 12 for a, b in pairwise(ordered))
    assert len(runs) <= gaps_between + 1


def late(boot, number, length):
    value = float(number + 12 * (boot == "1763640100.5"))
    times = [START + value * 10 + at for at in range(length)]
    return record({"a": [value] * length}, times, sequence=number, boot_id=boot)


@pytest.mark.integration
def test_a_repacking_that_is_killed_at_any_step_is_finished_by_the_next(tmp_path):
    template = tmp_path / "template"
    hourly(template, 5, blocks=1, fields=1, samples=20)
    expected = contents(template)
    directories = killed_at_each_step("repacker_that_dies", template, tmp_path / "killed")
    assert len(directories) > 10
    finished = sealed(directories[-1])
    assert len(finished) == 2
    for directory in directories:
        step = f"killed at step {directory.name}"
        assert contents(directory) == expected, step
        repack(directory, RepackOptions(span_seconds=SPAN_SECONDS))
        assert contents(directory) == expected, step
        found = [path.name for path in directory.rglob("*") if path.is_file()]
        assert sorted(name for name in found if not name.startswith(".")) == finished, step
        assert not list(directory.rglob(".*.repacking")), step


REPACK = "import sys; from pathlib import Path; from ocs_sim.archive import *; " + (
    "repack(Path(sys.argv[1]), RepackOptions(span_seconds=20000))"
)


@pytest.mark.integration
def test_a_reader_sees_every_sample_once_while_repackings_are_killed(tmp_path):
    folder = tmp_path / "hk"
    hourly(folder, 60, blocks=1, fields=1, samples=20)
    name = "agent0.feed_0.temps.field_0"
    reads, kills = 0, 0
    with Archive(folder) as archive:
        expected = archive.load(name)[name].times.tolist()
        while len(sealed(folder)) > 15:
            with subprocess.Popen([sys.executable, "-c", REPACK, str(folder)]) as repacking:
                halves = len(sealed(folder))
                while repacking.poll() is None:
                    with Archive(folder) as fresh:
                        for reader in (archive, fresh):
                            assert reader.load(name)[name].times.tolist() == expected
                            reads += 1
                    # Some way into it, wherever that is.
                    if len(sealed(folder)) < halves - 7 * (kills % 3):
                        repacking.kill()
                        kills += 1
                        break
    assert reads >= 5
    assert kills >= 2
    assert archive.unreadable == {}
