"""Pruning: the oldest sealed files go, and nothing else ever does."""

import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.archive import Archive, RetentionPolicy, TidyingInUse, prune
from ocs_sim.archive._tidy_lock import tidying
from tests.archive.making import START, HandClock, counted, write
from tests.examples import examples

DAY = 86400
NOW = START + 10 * DAY


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Ten sealed files, a day apart, sealed an hour after they were begun."""
    folder = tmp_path_factory.mktemp("template") / "hk"
    for day in range(10):
        (*_, path) = write(folder, counted(day), clock=HandClock(START + DAY * day))
        sealed_at = START + DAY * day + 3600
        os.utime(path, (sealed_at, sealed_at))
    return folder


@pytest.fixture
def directory(template, tmp_path):
    return shutil.copytree(template, tmp_path / "hk")


def days(directory):
    return [(int(path.stem) - int(START)) // DAY for path in sorted(directory.rglob("*.h5"))]


def pruned(directory, now=NOW, dry_run=False, **policy):
    return prune(directory, RetentionPolicy(**policy), HandClock(now), dry_run=dry_run)


def test_files_go_when_they_are_old(directory):
    report = pruned(directory, older_than_seconds=4.5 * DAY)
    # The newest was sealed at nine days and an hour: that is what time it is.
    assert days(directory) == [5, 6, 7, 8, 9]
    assert [file.reason for file in report.deleted] == ["age"] * 5
    assert report.kept_files == 5
    assert report.freed_bytes == sum(file.size_bytes for file in report.deleted)
    assert report.kept_bytes == sum(path.stat().st_size for path in directory.rglob("*.h5"))
    with Archive(directory) as archive:
        assert archive.fields()[0].samples == 50
        assert archive.unreadable == {}


def test_the_oldest_go_when_there_is_too_much(directory):
    size = sum(path.stat().st_size for path in directory.rglob("*.h5"))
    report = pruned(directory, most_bytes=int(size * 0.35))
    assert days(directory) == [7, 8, 9]
    assert {file.reason for file in report.deleted} == {"size"}
    assert pruned(directory, most_bytes=int(size * 0.35)).deleted == ()


def test_journals_count_as_size(directory):
    (journal,) = write(directory, counted(99), sealed=False, clock=HandClock(NOW))
    journal.write_bytes(journal.read_bytes() + bytes(10_000_000))
    pruned(directory, most_bytes=10_000_000)
    assert days(directory) == [9]
    assert journal.exists()


def test_nothing_goes_without_a_bound_or_within_it(directory):
    for policy in ({}, {"older_than_seconds": 20 * DAY}, {"most_bytes": 10**12}):
        assert pruned(directory, **policy).deleted == ()
    assert len(days(directory)) == 10


def test_the_newest_stays_whatever_is_asked(directory):
    pruned(directory, older_than_seconds=0, most_bytes=0)
    assert days(directory) == [9]


def test_a_clock_that_went_wrong_does_not_empty_the_archive(directory):
    assert pruned(directory, now=NOW + 1000 * DAY, older_than_seconds=30 * DAY).deleted == ()
    assert pruned(directory, now=START - 1000 * DAY, older_than_seconds=30 * DAY).deleted == ()


def test_what_was_not_sealed_or_is_damaged_stays(directory):
    paths = sorted(directory.rglob("*.h5"))
    journal = paths[0].with_suffix(".journal")
    journal.write_bytes(b"unsealed")
    paths[1].write_bytes(paths[1].read_bytes()[:-100])
    paths[2].write_bytes(b"")
    paths[3].write_bytes(b"x" * 1000)
    paths[4].rename(paths[4].with_name("mine.h5"))
    paths[5].unlink()
    paths[5].symlink_to(paths[6])
    torn = journal.with_name(f"{paths[6].stem}.journal.torn-1")
    building = paths[6].with_name(f".{paths[6].stem}.h5.sealing")
    for path in (torn, building):
        path.write_bytes(b"kept")
    report = pruned(directory, older_than_seconds=0, most_bytes=0)
    assert [file.path for file in report.deleted] == paths[6:9]
    left = {path.name for path in directory.rglob("*") if path.is_file() or path.is_symlink()}
    names = {path.name for path in (*paths[:4], paths[5], paths[9], journal, torn, building)}
    assert left == names | {"mine.h5", ".tidying", ".recording"}


def test_a_dry_run_only_tells(directory):
    would = pruned(directory, dry_run=True, older_than_seconds=4.5 * DAY)
    assert len(days(directory)) == 10
    assert not (directory / ".tidying").exists()
    assert pruned(directory, older_than_seconds=4.5 * DAY) == would


def test_folders_that_are_left_empty_go_but_not_that_of_the_newest(directory):
    folders = sorted(path.name for path in directory.iterdir() if path.is_dir())
    pruned(directory, older_than_seconds=0)
    assert len(folders) > 3
    assert [path.name for path in directory.iterdir() if path.is_dir()] == folders[-1:]


def test_a_file_that_cannot_be_deleted_is_told_and_the_rest_goes(directory, monkeypatch):
    from pathlib import Path

    unlink, first = Path.unlink, sorted(directory.rglob("*.h5"))[0]

    def failing(self, missing_ok=False):
        if self == first:
            raise PermissionError(1, "Operation not permitted")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", failing)
    report = pruned(directory, older_than_seconds=4.5 * DAY)
    assert report.faults == (f"{first} cannot be deleted: Operation not permitted",)
    assert days(directory) == [0, 5, 6, 7, 8, 9]


def test_it_waits_for_nobody(directory):
    with tidying(directory), pytest.raises(TidyingInUse):
        pruned(directory, older_than_seconds=0)
    assert len(days(directory)) == 10


def test_a_directory_that_is_not_there_has_nothing_to_prune(tmp_path):
    assert pruned(tmp_path / "nothing", older_than_seconds=0).deleted == ()
    assert not (tmp_path / "nothing").exists()


def test_the_recorder_can_prune_without_numpy_and_hdf5():
    code = (
        "import sys; from ocs_sim.archive import prune, RetentionPolicy; "
        "sys.exit(any(name in sys.modules for name in ('numpy', 'h5py')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    age=st.none() | st.floats(0, 12 * DAY),
    size=st.none() | st.integers(0, 200_000),
    now=st.floats(START - DAY, NOW + DAY),
)
def test_only_a_first_part_goes_and_no_more_than_needed(template, tmp_path_factory, age, size, now):
    folder = shutil.copytree(template, tmp_path_factory.mktemp("prune") / "hk")
    sizes = {path.name: path.stat().st_size for path in folder.rglob("*.h5")}
    report = pruned(folder, now=now, older_than_seconds=age, most_bytes=size)
    left = days(folder)
    assert left == list(range(10 - len(left), 10))
    assert len(left) >= 1
    total = sum(sizes.values()) - report.freed_bytes
    if size is not None and len(left) > 1:
        assert total <= size
    for file in report.deleted:
        if file.reason == "age":
            assert now - file.sealed_at > age
    if report.deleted and report.deleted[-1].reason == "size":
        assert total + report.deleted[-1].size_bytes > size
