"""Logs: JSON to a file that rotates, text to stdout, and never a complaint about logging."""

from __future__ import annotations

import json
import logging
import os
import sys

import pytest

from ocs_sim.agent import _logs


@pytest.fixture
def root(monkeypatch):
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    yield root
    logging.captureWarnings(capture=False)
    for handler in set(root.handlers) - set(before[0]):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(before[1])
    logging.raiseExceptions = before[2]


def test_lines_of_json_for_one_agent_and_what_concerns_all(root, tmp_path, capsys):
    _logs.set_up_logging()
    path = _logs.log_to_file(tmp_path / "logs", "root.a", "a")
    _logs.AgentLog("a").info("hello %d", 3, extra={"op": "acq", "run": 7})
    _logs.AgentLog("b").info("not for a")
    logging.getLogger("bus").warning("for all")
    try:
        raise ValueError("boom")
    except ValueError:
        _logs.AgentLog("a").exception("crashed")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert path.name == "root.a.log"
    assert [line["message"] for line in lines] == ["hello 3", "for all", "crashed"]
    assert (lines[0]["agent"], lines[0]["op"], lines[0]["run"], lines[0]["level"]) == ("a", "acq", 7, "info")
    assert lines[0]["time"].endswith("Z")
    assert "ValueError: boom" in lines[2]["traceback"]
    printed = capsys.readouterr()
    assert "INFO    a hello 3\n" in printed.out
    assert "INFO    b not for a\n" in printed.out
    assert printed.err == ""


@pytest.mark.parametrize(("level", "shown"), [("debug", True), ("warning", False), ("nonsense", False)])
def test_loglevel_decides_what_is_said(root, capsys, monkeypatch, level, shown):
    monkeypatch.setenv("LOGLEVEL", level)
    _logs.set_up_logging()
    logging.getLogger("x").debug("detail")
    assert ("detail" in capsys.readouterr().out) == shown


def test_a_directory_that_cannot_be_written_is_said_and_survived(root, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    _logs.set_up_logging()
    assert _logs.log_to_file(tmp_path / "file", "root.a", "a") is None
    assert "no log file" in capsys.readouterr().out


def test_a_reader_that_is_gone_is_not_written_to_again(root, monkeypatch, capsys):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", closefd=False) as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        _logs.set_up_logging()
        count = len(root.handlers)
        logging.getLogger("x").warning("into the void")
        assert len(root.handlers) == count - 1
        print("printed too", file=gone, flush=True)
    os.close(writing)
    assert capsys.readouterr().err == ""


def test_files_rotate(root, tmp_path, monkeypatch):
    monkeypatch.setattr(_logs, "BYTES_PER_FILE", 2000)
    root.setLevel(logging.INFO)
    _logs.log_to_file(tmp_path, "root.a", "a")
    for number in range(200):
        _logs.AgentLog("a").info("line %d", number)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["root.a.log"] + [f"root.a.log.{number}" for number in range(1, 6)]
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
