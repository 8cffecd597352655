"""Disks that are full, fail, dawdle, vanish or may not be written: said in words, healed, nothing lost."""

import errno
import os
import resource
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ocs_sim.archive import ArchiveWriter, Recorder, RecorderLimits, seal
from ocs_sim.archive._faults import explain
from ocs_sim.archive._sealed_ledger import newest_ledger
from ocs_sim.testing import wait_until
from tests.archive.making import HandClock, counted, values
from tests.archive.publishing import heartbeat, published
from tests.archive.test_kills import recorded

ROOT = Path(__file__).parents[2]
JOURNAL_OS = "ocs_sim.archive._journal_file.os"


class Site:
    """A recorder, and the publisher of what it records."""

    def __init__(self, directory, **limits):
        self.directory = directory
        self.clock = HandClock()
        self.number = 0

        def open_writer():
            return ArchiveWriter(directory, clock=self.clock, seal=seal, read_sealed=newest_ledger)

        self.recorder = Recorder(open_writer, self.clock, RecorderLimits(**{"sync_seconds": 0.002, **limits}))
        self.recorder.start()

    def publish(self, blocks=1):
        for publication in published(*range(self.number, self.number + blocks)):
            self.recorder.offer(publication)
        self.number += blocks

    def settle(self):
        self.recorder.settled().result(20)

    def trouble(self, words):
        wait_until(lambda: words in (self.recorder.trouble or ""), 10)
        return self.recorder.trouble

    def heal(self):
        wait_until(lambda: self.recorder.trouble is None, 10)
        self.settle()

    def replay(self):
        """Ask for what is missing, as the collector does."""
        self.recorder.offer(heartbeat({"thermometers": self.number}))
        self.settle()
        missing = self.recorder.missing()
        for number in (number for hole in missing for number in range(hole.first, hole.last + 1)):
            self.recorder.offer(*published(number), replayed=True)
            self.settle()
        return missing

    def is_whole(self):
        assert self.recorder.close() == []
        assert recorded(self.directory) == list(range(self.number))


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path / "hk")
    yield site
    site.recorder.close()


@pytest.fixture
def small_disk(tmp_path):
    """A real disk of half a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("this user may not mount a disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def remount(disk, options):
    subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)


def test_a_full_disk_takes_what_it_can_and_the_rest_waits_in_memory(small_disk):
    site = Site(small_disk / "hk")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(480_000))
    site.publish(400)
    trouble = site.trouble("the disk is full")
    assert trouble.startswith(f"Cannot write to {small_disk / 'hk'}: the disk is full: free some space (")
    assert trouble.endswith("MB wait in memory")
    # What is on the disk can be read meanwhile.
    if on_disk := recorded(small_disk / "hk"):
        assert on_disk == list(range(len(on_disk)))
    site.publish(5)
    ballast.unlink()
    site.heal()
    remount(small_disk, "size=4m")
    site.is_whole()


def test_a_disk_that_was_full_for_long_is_caught_up_with_by_replay(small_disk):
    site = Site(small_disk / "hk", queued_bytes=20_000, pending_bytes=20_000)
    site.publish(5)
    site.settle()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096))
    while site.recorder.dropped_blocks < 100:
        site.publish(5)
        counters = site.recorder.session_data()["counters"]
        assert counters["queued_bytes"] <= 20_000
        assert counters["pending_bytes"] < 25_000
        wait_until(lambda: site.recorder.trouble or site.recorder.queue_fill == 0, 10)
    site.trouble("left out, to be asked for again: Cannot write to")
    site.recorder.offer(heartbeat({"thermometers": site.number}))
    assert site.recorder.missing() == []
    ballast.unlink()
    site.heal()
    dropped = site.recorder.dropped_blocks
    missing = site.replay()
    assert sum(hole.last - hole.first + 1 for hole in missing) == dropped == site.recorder.dropped_blocks
    # In stretches, not one here and one there.
    assert len(missing) <= 5
    remount(small_disk, "size=4m")
    site.is_whole()


def test_a_disk_that_becomes_read_only(small_disk):
    site = Site(small_disk / "hk")
    site.publish(5)
    site.settle()
    journal = site.recorder.session_data()["current_file"]
    assert journal
    # A file that is open for writing keeps the disk from becoming read-only: as after an error of the disk.
    site.recorder.close()
    remount(small_disk, "ro")
    site = Site(small_disk / "hk")
    site.number = 5
    site.publish(5)
    site.trouble("the file system is read-only: mount it writable")
    remount(small_disk, "rw,size=4m")
    site.heal()
    site.is_whole()


def failing(monkeypatch, call, code, until):
    """Have a call of the journal fail while `until` holds; what is written gets there by half."""
    real = getattr(os, call)

    def fail(*arguments):
        if until.is_set():
            return real(*arguments)
        if call == "pwrite":
            descriptor, data, offset = arguments
            real(descriptor, data[: len(data) // 2], offset)
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(f"{JOURNAL_OS}.{call}", fail)


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
def test_a_disk_with_errors_loses_nothing_that_it_had_and_nothing_that_waits(site, monkeypatch, call):
    healed = threading.Event()
    site.publish(5)
    site.settle()
    failing(monkeypatch, call, errno.EIO, healed)
    site.publish(10)
    site.trouble("the disk reports errors: check it, it may be failing")
    wait_until(lambda: len(list(site.directory.rglob("*.journal"))) == 1, 10)
    assert recorded(site.directory)[:5] == [0, 1, 2, 3, 4]
    healed.set()
    site.heal()
    site.is_whole()


def test_a_file_that_cannot_be_written_any_more_is_left_for_another(tmp_path, monkeypatch):
    """As when one part of a disk is spoilt: each call to the first file fails."""
    writer = ArchiveWriter(tmp_path, clock=HandClock(), seal=seal)
    writer.append(counted(0))
    writer.sync()
    first = writer.current_file
    spoilt, real = first.with_suffix(".journal").stat().st_ino, os.pwrite

    def pwrite(descriptor, data, offset):
        if os.fstat(descriptor).st_ino == spoilt:
            real(descriptor, data[:-7], offset)
            raise OSError(errno.EIO, "Input/output error")
        return real(descriptor, data, offset)

    monkeypatch.setattr(f"{JOURNAL_OS}.pwrite", pwrite)
    for number in (1, 2, 3):
        writer.append(counted(number))
        with pytest.raises(OSError, match="Input/output"):
            writer.sync()
    writer.append(counted(4, fields=("a", "b", "c")))
    writer.sync()
    assert writer.current_file != first
    writer.append(counted(5))
    writer.sync()
    assert writer.close() == []
    assert values(tmp_path, "a")["data1.thermometers.temps.a"] == [float(number) for number in range(60)]
    # What the second file began with does not speak for the first.
    assert newest_ledger(tmp_path).holes("observatory.data1.feeds.thermometers", "boot-1", 6) == []


def test_a_disk_that_takes_seconds_is_trouble_while_it_does(site, monkeypatch):
    site.publish()
    site.settle()
    go_on, waiting, real = threading.Event(), threading.Event(), os.fdatasync

    def fdatasync(descriptor):
        waiting.set()
        go_on.wait(20)
        real(descriptor)

    monkeypatch.setattr(f"{JOURNAL_OS}.fdatasync", fdatasync)
    site.publish(3)
    assert waiting.wait(10)
    assert site.recorder.trouble is None
    site.clock.turn(5)
    # Offering goes on: only the thread of the recorder waits.
    site.publish(50)
    assert site.recorder.trouble.startswith("The disk has not finished a write for 5 s; 0.0 MB wait")
    assert site.recorder.missing() == []
    go_on.set()
    site.heal()
    site.is_whole()


@pytest.mark.parametrize("how", ["removed", "moved", "file removed"])
def test_a_directory_that_goes_is_made_again(site, tmp_path, how):
    site.publish(5)
    site.settle()
    if how == "removed":
        shutil.rmtree(site.directory)
    elif how == "moved":
        site.directory.rename(tmp_path / "elsewhere")
    else:
        (journal,) = site.directory.rglob("*.journal")
        journal.unlink()
    site.publish(5)
    site.settle()
    assert (site.directory / ".recording").read_text() == f"{os.getpid()}\n"
    site.is_whole()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_may_not_be_written(site):
    site.publish(5)
    site.settle()
    site.clock.turn(4000)
    site.directory.chmod(0o500)
    site.publish(5)
    site.clock.turn(100_000)
    site.trouble("change the owner or the mode of the directory")
    site.directory.chmod(0o700)
    site.heal()
    site.is_whole()


class Child:
    """A recorder in a process of its own, whose limits on files the kernel enforces."""

    def __init__(self, directory):
        self.lines = []
        program = [sys.executable, "-m", "tests.archive.recorder_in_trouble", str(directory)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(program, text=True, cwd=ROOT, **pipes)

    def until(self, beginning):
        for line in self.process.stdout:
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
        raise AssertionError(f"it ended before it said {beginning!r}")

    def allow(self, bytes_per_file):
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (bytes_per_file, hard))

    def end(self):
        self.process.stdin.close()
        published = int(self.until("published "))
        assert self.process.wait(20) == 0
        self.process.stdout.close()
        return published


@pytest.fixture
def child(tmp_path):
    child = Child(tmp_path)
    yield child
    child.process.kill()
    child.process.wait()
    child.process.stdin.close()
    child.process.stdout.close()


@pytest.mark.integration
def test_a_limit_on_the_size_of_files_is_trouble_until_it_is_raised(child, tmp_path):
    assert child.until("trouble ") == "None"
    child.until("durable ")
    child.allow(0)
    assert "the file may not grow any further: raise the limit" in child.until("trouble ")
    child.allow(resource.RLIM_INFINITY)
    assert child.until("trouble ") == "None"
    child.until("durable ")
    published = child.end()
    assert recorded(tmp_path) == list(range(published))


@pytest.mark.integration
def test_a_limit_on_the_size_of_files_makes_more_files(child, tmp_path):
    child.until("durable ")
    child.allow(20_000)
    journals = set()
    while len(journals) < 4:
        child.until("durable ")
        journals |= {path.stem for path in tmp_path.rglob("[0-9]*.*")}
    child.allow(resource.RLIM_INFINITY)
    assert child.until("durable ")
    published = child.end()
    assert recorded(tmp_path) == list(range(published))


def test_errors_are_said_in_words():
    here = Path("/data/hk")
    said = explain(OSError(errno.ENOSPC, "No space left on device"), here)
    assert said == (
        "Cannot write to /data/hk: the disk is full: free some space ([Errno 28] No space left on device)"
    )
    denied = OSError(errno.EACCES, "Permission denied", "/data/hk/.recording")
    assert explain(denied, None).startswith(
        "Cannot write to /data/hk/.recording: writing there is not permitted"
    )
    assert explain(OSError("odd"), here) == "odd"
