"""The files that say which process runs which agent."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from ocs_sim.agent import pidfile


def record_of(pid: int) -> pidfile.PidRecord:
    return pidfile.PidRecord(
        pid, pidfile.create_time(pid), "a", "A", "/s.yaml", "1.5", 2.5, pidfile.start_ticks(pid)
    )


def test_what_is_written_is_read(tmp_path):
    path = pidfile.path_of(tmp_path, "data1")
    assert path == tmp_path / "run" / "data1.json"
    pidfile.write(path, record_of(os.getpid()))
    assert pidfile.read(path) == record_of(os.getpid())
    assert [each.name for each in path.parent.iterdir()] == ["data1.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": 3}', '{"colour": 3}', "null", "\udcff"])
def test_a_file_that_makes_no_sense_is_no_record(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert pidfile.read(path) is None
    assert pidfile.read(tmp_path / "none.json") is None


def test_only_its_own_record_is_removed(tmp_path):
    path = tmp_path / "x.json"
    pidfile.write(path, replace(record_of(os.getpid()), pid=1))
    pidfile.remove(path)
    assert path.exists()
    pidfile.remove(path, pid=1)
    assert not path.exists()
    pidfile.remove(path)


def test_this_process_is_alive_and_another_with_its_number_is_not():
    mine = record_of(os.getpid())
    assert mine.create_time == psutil.Process().create_time()
    assert pidfile.is_alive(mine)
    assert not pidfile.is_alive(replace(mine, start_ticks=mine.start_ticks - 1))
    assert pidfile.is_alive(replace(mine, create_time=mine.create_time + 3600.0)), "the clock was set"
    assert not pidfile.is_alive(replace(mine, start_ticks=None, create_time=mine.create_time + 3600.0))


def test_a_zombie_and_a_process_that_is_gone_are_not_alive():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        record = record_of(child.pid)
        assert pidfile.is_alive(record)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not pidfile.is_alive(record)
    assert not pidfile.is_alive(record)
