"""Log entries of several agents as one stream."""

from __future__ import annotations

import heapq
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocs_sim.launch._layout import Layout

LEVELS: Mapping[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
ROUTER = "crossbar"
_POLL_SECONDS = 0.2
_CROSSBAR_LINE = re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*)\s+\[[^\]]*\]\s*(?P<text>.*)")
_KNOWN = ("time", "level", "message", "agent")


@dataclass(frozen=True)
class Entry:
    """One line of a log; `time` is ISO 8601 UTC, empty for a line that carries none."""

    source: str
    time: str
    level: str
    message: str
    extras: Mapping[str, Any]

    @property
    def severity(self) -> int:
        """Return the level as a number that grows with the trouble."""
        return LEVELS.get(self.level, LEVELS["info"])

    def to_text(self, width: int) -> str:
        """Return the entry for a person, its source padded to `width`."""
        extras = " ".join(f"{key}={value}" for key, value in self.extras.items())
        return f"{self.time:<24} {self.source:<{width}} {self.level:<8} {self.message} {extras}".rstrip()

    def to_json(self) -> str:
        """Return the entry for a program."""
        known = {"time": self.time, "source": self.source, "level": self.level, "message": self.message}
        return json.dumps(known | dict(self.extras))


def sources(layout: Layout, names: Iterable[str]) -> dict[str, Path]:
    """Return the log file of each named agent, and of the router; of all for no name."""
    names = list(names)
    agents = [name for name in names if name != ROUTER]
    chosen = (
        {}
        if names and not agents
        else {
            each.instance_id: layout.host.log_dir / f"{layout.address(each.instance_id)}.log"
            for each in layout.choose(agents)
        }
    )
    if not names or ROUTER in names:
        chosen[ROUTER] = layout.host.log_dir / "crossbar.log"
    return chosen


def last_entries(chosen: Mapping[str, Path], count: int, wanted: Callable[[Entry], bool]) -> Sequence[Entry]:
    """Return the last `count` wanted entries of all sources in order of time."""
    ordered = [_in_order(_read(path), name) for name, path in chosen.items()]
    merged = heapq.merge(*ordered, key=lambda entry: entry.time)
    found = [entry for entry in merged if wanted(entry)]
    return found[len(found) - min(count, len(found)) :]


def log_tail(layout: Layout, instance_id: str, lines: int = 12) -> list[str]:
    """Return the last things that an agent printed, or else logged, for a person to read."""
    printed = layout.run_dir / f"{layout.process_name(instance_id)}.out"
    logged = layout.host.log_dir / f"{layout.address(instance_id)}.log"
    found = _read(printed)[-lines:] or _read(logged)[-lines:]
    return [_readable(line) for line in found]


def _readable(line: str) -> str:
    try:
        entry = json.loads(line)
        return f"{entry['level']}: {entry['message']}"
    except (ValueError, KeyError, TypeError):
        return line


def follow_logs(chosen: Mapping[str, Path]) -> Iterator[Entry]:
    """Yield entries as they are written, for ever; files may appear, rotate and be cut."""
    tails = {name: _Tail(path) for name, path in chosen.items()}
    while True:
        fresh = [parse(line, name) for name, tail in tails.items() for line in tail.lines()]
        yield from sorted(fresh, key=lambda entry: entry.time)
        if not fresh:
            time.sleep(_POLL_SECONDS)


def parse(line: str, source: str) -> Entry:
    """Return the entry in a line of a log: an agent's JSON, crossbar's text, or any other text."""
    try:
        fields = json.loads(line)
        level, message = str(fields["level"]).lower(), str(fields["message"])
    except (ValueError, KeyError, TypeError):
        return _parse_text(line, source)
    extras = {key: value for key, value in fields.items() if key not in _KNOWN}
    return Entry(source, str(fields.get("time", "")), level, message, extras)


def _parse_text(line: str, source: str) -> Entry:
    match = _CROSSBAR_LINE.match(line)
    if match is None:
        return Entry(source, "", "info", line, {})
    level = "error" if "error" in match["text"].lower() else "info"
    return Entry(source, match["time"], level, match["text"], {})


def _in_order(lines: Iterable[str], source: str) -> Iterator[Entry]:
    # A line without a time (a traceback) belongs to the line above it.
    last = ""
    for line in lines:
        entry = parse(line, source)
        last = entry.time or last
        yield entry if entry.time else Entry(source, last, entry.level, entry.message, entry.extras)


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


class _Tail:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.identity, self.offset = self._now()

    def _now(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError:
            return (0, 0)
        return (found.st_ino, found.st_size)

    def lines(self) -> list[str]:
        identity, size = self._now()
        if identity != self.identity or size < self.offset:
            self.identity, self.offset = identity, 0
        if size == self.offset:
            return []
        with self.path.open("rb") as file:
            file.seek(self.offset)
            whole, newline, _ = file.read(size - self.offset).rpartition(b"\n")
        self.offset += len(whole) + len(newline)
        return (whole + newline).decode(errors="replace").splitlines()
