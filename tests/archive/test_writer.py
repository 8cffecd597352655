"""The writer: rotation, clocks that step, disks that fail, and the one writer that a directory may have."""

import errno
import os
import threading
from pathlib import Path

import pytest

from ocs_sim.archive import Archive, ArchiveWriter, DirectoryInUse, FieldDescription, seal
from ocs_sim.testing import wait_until
from tests.archive.making import START, HandClock, counted, record, values, write

A = "data1.thermometers.temps.a"


@pytest.fixture
def clock():
    return HandClock()


def archived(directory):
    return values(directory, "a").get(A)


def numbers(blocks):
    return [float(number) for number in range(blocks * 10)]


def test_a_file_begins_with_the_first_sample_and_ends_with_its_time(tmp_path, clock):
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal, seconds_per_file=60)
    assert writer.current_file is None
    clock.turn(1000)
    for number in range(4):
        writer.append(counted(number))
        writer.sync()
        clock.turn(30)
    assert writer.current_file == tmp_path / "17636" / "1763641090.h5"
    clock.turn(30)
    writer.sync()
    assert writer.current_file is None
    writer.close()
    names = sorted(path.stem for path in tmp_path.rglob("*.h5"))
    assert names == ["1763641000", "1763641090"]
    assert archived(tmp_path) == numbers(4)


def test_a_file_is_also_ended_by_its_size(tmp_path, clock):
    files = []
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal, bytes_per_file=2000)
    for number in range(40):
        writer.append(counted(number))
        writer.sync()
        files.append(writer.current_file)
    writer.close()
    assert archived(tmp_path) == numbers(40)
    assert len(list(tmp_path.rglob("*.h5"))) > 3
    # All in one second: the names are those of the seconds that follow.
    assert {path.stem for path in files if path} <= {str(int(START) + step) for step in range(40)}


def test_an_hour_back_loses_nothing_and_overwrites_nothing(tmp_path, clock):
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    writer.append(counted(0))
    writer.rotate()
    clock.step(-3600)
    writer.append(record({"a": [-1.0]}, [START - 3600], sequence=1))
    writer.rotate()
    clock.step(3600)
    writer.append(counted(2))
    writer.close()
    assert len(list(tmp_path.rglob("*.h5"))) == 3
    assert archived(tmp_path) == [-1.0, *numbers(1), *[float(n) for n in range(20, 30)]]


def test_timestamps_out_of_order_are_kept_and_read_in_order(tmp_path, clock):
    times = [START + step for step in (5, 1, 3)]
    write(tmp_path, record({"a": [5.0, 1.0, 3.0]}, times), record({"a": [4.0, 2.0]}, [START + 4, START + 2]))
    assert archived(tmp_path) == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_two_writers_cannot_share_a_directory(tmp_path):
    writer = ArchiveWriter(tmp_path, seal=seal)
    with pytest.raises(DirectoryInUse, match=f"is being recorded to by process {os.getpid()}"):
        ArchiveWriter(tmp_path, seal=seal)
    writer.close()
    ArchiveWriter(tmp_path, seal=seal).close()


def test_a_disk_that_fails_while_the_lock_is_taken_leaves_it_free(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ocs_sim.archive._lock.os.pwrite", full)
        with pytest.raises(OSError, match="No space left"):
            ArchiveWriter(tmp_path, seal=seal)
    ArchiveWriter(tmp_path, seal=seal).close()


def test_what_is_not_synced_is_not_yet_in_the_file(tmp_path, clock):
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    writer.append(counted(0))
    assert writer.pending_bytes > 0
    assert list(tmp_path.rglob("*.journal")) == []
    assert writer.sync() > 0
    assert writer.pending_bytes == 0
    assert archived(tmp_path) == numbers(1)
    assert writer.sync() == 0
    writer.close()


@pytest.mark.parametrize("call", ["pwrite", "fdatasync", "open"])
def test_a_failing_disk_loses_nothing_and_heals(tmp_path, clock, monkeypatch, call):
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    if call != "open":
        writer.append(counted(0))
        writer.sync()
    else:
        writer.append(counted(0))

    real = getattr(os, call)

    def fail(*arguments):
        if call == "pwrite":
            # Half of it reaches the disk.
            real(arguments[0], arguments[1][: len(arguments[1]) // 2], arguments[2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(f"ocs_sim.archive._journal_file.os.{call}", fail)
        for number in (1, 2):
            writer.append(counted(number))
            with pytest.raises(OSError, match="No space left"):
                writer.sync()
    assert writer.pending_bytes > 0
    writer.append(counted(3))
    writer.sync()
    writer.close()
    assert archived(tmp_path) == numbers(4)


def test_a_journal_that_somebody_deletes_is_written_again(tmp_path, clock):
    import shutil

    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    writer.append(counted(0))
    writer.sync()
    shutil.rmtree(tmp_path / "17636")
    writer.append(counted(1))
    writer.sync()
    writer.close()
    assert archived(tmp_path) == numbers(2)


def test_units_are_told_to_every_file(tmp_path, clock):
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    known = {"temps": {"a": FieldDescription("K", "cold plate")}}
    writer.append(counted(0))
    writer.describe("observatory.data1.feeds.thermometers", "boot-1", known)
    writer.append(counted(1))
    writer.rotate()
    writer.append(counted(2))
    writer.sync()
    with Archive(tmp_path) as archive:
        (info,) = archive.fields("a")
        assert (info.unit, info.description, info.samples) == ("K", "cold plate", 30)
    writer.close()
    import h5py

    units = []
    for path in tmp_path.rglob("*.h5"):
        with h5py.File(path) as file:
            units.append(file["entry/data1/thermometers/temps/a"].attrs["units"])
    assert units == ["K", "K"]


def test_no_file_gets_a_name_before_that_of_an_older_one_even_if_one_was_pruned(tmp_path, clock):
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    names = []
    for number in range(4):
        writer.append(counted(number))
        writer.sync()
        names.append(writer.current_file.stem)
        writer.rotate()
        wait_until(lambda: not writer.unsealed)
        min(tmp_path.rglob("*.h5")).unlink()
        clock.turn(0.4)
    writer.close()
    assert names == [str(1763640000 + number) for number in range(4)]


def test_after_the_clock_was_set_back_names_follow_it(tmp_path, clock):
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    writer.append(counted(0))
    writer.rotate()
    clock.step(-3600)
    writer.append(counted(1))
    writer.sync()
    assert writer.current_file.stem == "1763636400"
    writer.close()


def test_recovery_seals_what_an_earlier_writer_left(tmp_path):
    write(tmp_path, counted(0), sealed=False)
    write(tmp_path, counted(1), sealed=False)
    writer = ArchiveWriter(tmp_path, clock=HandClock(START + 100), seal=seal)
    found, fault = writer.recover()
    assert [path.name for path in found] == ["1763640000.journal", "1763640001.journal"]
    assert fault is None
    writer.append(counted(2))
    assert writer.close() == []
    assert list(tmp_path.rglob("*.journal")) == []
    assert len(list(tmp_path.rglob("*.h5"))) == 3
    assert archived(tmp_path) == numbers(3)


def test_recording_goes_on_while_sealing_fails_and_it_is_tried_again(tmp_path, clock):
    broken, tried = threading.Event(), threading.Event()
    broken.set()

    def seal_when_repaired(journal):
        if broken.is_set():
            tried.set()
            raise OSError(errno.ENOSPC, "No space left on device")
        return seal(journal)

    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal_when_repaired)
    writer.append(counted(0))
    writer.rotate()
    assert tried.wait(10)
    writer.append(counted(1))
    writer.sync()
    assert archived(tmp_path) == numbers(2)
    broken.clear()
    assert writer.close() == []
    assert list(tmp_path.rglob("*.journal")) == []


def test_close_names_what_it_could_not_seal(tmp_path, clock):
    def never(_):
        raise RuntimeError("HDF5 is out of order")

    writer = ArchiveWriter(tmp_path, clock=clock, seal=never)
    writer.append(counted(0))
    assert [path.name for path in writer.close()] == ["1763640000.journal"]
    assert "RuntimeError: HDF5 is out of order" in writer.seal_trouble
    assert archived(tmp_path) == numbers(1)


def test_sealing_in_a_child_keeps_hdf5_out_of_the_recorder(tmp_path):
    import subprocess
    import sys

    program = f"""
import sys
sys.path.insert(0, {str(Path.cwd())!r})
from pathlib import Path
from ocs_sim.archive import ArchiveWriter, Record
writer = ArchiveWriter(Path({str(tmp_path)!r}))
sample = (1.0, [1763640000.0], {{"a": [1.5]}})
writer.append(Record("o.data1.feeds.f", "o.data1", "X", "f", "1", "temps", *sample))
assert writer.close() == [], writer.seal_trouble
assert not {{"numpy", "h5py"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert values(tmp_path) == {"data1.f.temps.a": [1.5]}


def test_a_child_that_fails_says_why(tmp_path):
    from ocs_sim.archive import SealFailed, seal_in_child

    (journal,) = write(tmp_path, counted(0), sealed=False)
    journal.parent.chmod(0o755)
    descriptor = os.open(journal, os.O_RDWR)
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(SealFailed, match="still being written or sealed by another process"):
        seal_in_child(journal)
    os.close(descriptor)
    seal_in_child(journal)
    assert archived(tmp_path) == numbers(1)
