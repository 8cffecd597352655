"""Scripts: what shall happen to a world, and when, from a YAML file.

- {at: 600, do: weather.cloud, for: 300, percent: 95}
- {at: "2026-11-21T03:30:00Z", do: mount.stall, for: 20}
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ocs_sim.world._errors import ScriptFaulty, WorldError
from ocs_sim.world._nodes import Complaint, read_yaml

if TYPE_CHECKING:
    from ocs_sim.world._world import World

_KEYS = ("at", "do", "for")


@dataclass(frozen=True)
class Event:
    """A fault that begins at a moment (unix seconds), and ends after `seconds` unless that is None."""

    at: float
    name: str
    seconds: float | None
    values: dict[str, Any]


def play(world: World, path: str | Path, started: float | None = None) -> tuple[Event, ...]:
    """Have a script's events happen; its seconds count from `started`, or now. What is past is left out.

    Raises ScriptFaulty, which lists what is wrong in each line, before anything happens.
    """
    with world.lock:
        now = world.now()
        events = read_script(world, Path(path), now if started is None else started)
        coming = tuple(event for event in events if event.at >= now)
        for event in coming:
            world.at(event.at, _beginning(world, event))
        return coming


def read_script(world: World, path: Path, started: float) -> tuple[Event, ...]:
    """Return the events of a script, in their order; raises ScriptFaulty."""
    complaints: list[Complaint] = []
    root = read_yaml(path, complaints)
    entries = root.value if isinstance(root, yaml.SequenceNode) else []
    if not complaints and not isinstance(root, yaml.SequenceNode):
        complaints.append(Complaint(path.name, "a list of events belongs here."))
    events = [_event(world, entry, started, complaints) for entry in entries]
    if complaints:
        raise ScriptFaulty(path=path, listing="\n".join(str(complaint) for complaint in complaints))
    return tuple(sorted((event for event in events if event), key=lambda event: event.at))


def _beginning(world: World, event: Event) -> Any:
    return lambda at: world.faults.begin(at, event.name, event.seconds, event.values)


def _event(world: World, entry: yaml.Node, started: float, complaints: list[Complaint]) -> Event | None:
    where = f"{entry.start_mark.name}, line {entry.start_mark.line + 1}"
    given = yaml.SafeLoader("").construct_document(entry)
    if not isinstance(given, dict) or not {"at", "do"} <= given.keys():
        complaints.append(Complaint(where, "an event needs `at` and `do`."))
        return None
    values = {str(key): value for key, value in given.items() if key not in _KEYS}
    try:
        name = str(given["do"])
        checked = world.faults.checked(name, values)
        return Event(_moment(given["at"], started), name, _seconds(given.get("for")), checked)
    except (WorldError, ValueError) as error:
        complaints.append(Complaint(where, str(error)))
        return None


def _moment(at: Any, started: float) -> float:
    if isinstance(at, datetime):
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if isinstance(at, str):
        return _moment(_iso(at), started)
    if isinstance(at, bool) or not isinstance(at, (int, float)):
        raise ValueError(f"`at` is {at!r}, and has to be seconds or ISO 8601.")
    if not math.isfinite(at):
        raise ValueError(f"`at` is {at!r}, and has to be seconds or ISO 8601.")
    return started + at


def _iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`at` is {text!r}, and has to be seconds or ISO 8601.") from None


def _seconds(given: Any) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not given > 0:
        raise ValueError(f"`for` is {given!r}, and has to be a number of seconds above 0.")
    return float(given)
