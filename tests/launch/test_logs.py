"""Logs of several agents, merged for a person."""

import json
import threading
from itertools import islice

import pytest

from ocs_sim.launch._logs import Entry, follow_logs, last_entries, parse


def agent_line(time, message, **extras):
    return json.dumps({"time": time, "level": "info", "message": message, **extras})


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        (
            agent_line("2026-11-20T12:00:00.5Z", "hello", op="acq"),
            Entry("x", "2026-11-20T12:00:00.5Z", "info", "hello", {"op": "acq"}),
        ),
        (
            "2026-11-20T12:00:00+0000 [Router 12] an Error here",
            Entry("x", "2026-11-20T12:00:00+0000", "error", "an Error here", {}),
        ),
        (
            "Traceback (most recent call last):",
            Entry("x", "", "info", "Traceback (most recent call last):", {}),
        ),
        ("[1, 2]", Entry("x", "", "info", "[1, 2]", {})),
        ("{}", Entry("x", "", "info", "{}", {})),
        ("", Entry("x", "", "info", "", {})),
    ],
)
def test_any_line_becomes_an_entry(line, entry):
    assert parse(line, "x") == entry


def test_sources_are_merged_in_order_of_time_and_a_traceback_stays_with_its_line(tmp_path):
    (tmp_path / "a").write_text(f"{agent_line('2026-01-01T00:00:01Z', 'a1')}\n  trace\n")
    (tmp_path / "b").write_text(
        f"{agent_line('2026-01-01T00:00:00Z', 'b0')}\n{agent_line('2026-01-01T00:00:02Z', 'b2')}\n"
    )
    chosen = {"a": tmp_path / "a", "b": tmp_path / "b", "never wrote": tmp_path / "c"}
    assert [entry.message for entry in last_entries(chosen, 10, lambda _: True)] == [
        "b0",
        "a1",
        "  trace",
        "b2",
    ]
    assert [entry.message for entry in last_entries(chosen, 1, lambda _: True)] == ["b2"]
    assert last_entries(chosen, 0, lambda _: True) == []


def test_following_sees_a_file_that_appears_and_one_that_rotates(tmp_path):
    log = tmp_path / "a.log"
    followed = follow_logs({"a": log})
    seen = []
    reader = threading.Thread(target=lambda: seen.extend(entry.message for entry in islice(followed, 2)))
    reader.start()
    for number in range(2000):
        if not reader.is_alive():
            break
        if seen or number == 20:
            log.rename(tmp_path / f"a.log.{number}")
        with log.open("a") as file:
            file.write(f"line {number}\n")
        reader.join(0.05)
    assert not reader.is_alive()
    assert all(message.startswith("line ") for message in seen)
