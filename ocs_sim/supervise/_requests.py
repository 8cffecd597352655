"""What somebody asks of the children."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ocs_sim.supervise._errors import RequestRefused

ALL = "all"


class Action(Enum):
    """What can be asked; `restart` is ours, OCS knows the other two."""

    UP = "up"
    DOWN = "down"
    RESTART = "restart"


@dataclass(frozen=True)
class Request:
    """Bring these agents up or down, or restart them."""

    instance_ids: tuple[str, ...]
    action: Action


def read_requests(pairs: Sequence[Any], problems: Mapping[str, str | None]) -> list[Request]:
    """Read `[[instance_id | "all", "up" | "down" | "restart"], ...]`.

    `problems` has a key for every child, with why it cannot be started where it cannot.
    Raises RequestRefused with every fault at once.
    """
    requests: list[Request] = []
    faults: list[str] = []
    for pair in pairs:
        found = _read_pair(pair, problems)
        if isinstance(found, Request):
            requests.append(found)
        else:
            faults += found
    if faults:
        raise RequestRefused(faults="; ".join(faults))
    return requests


def _read_pair(pair: Any, problems: Mapping[str, str | None]) -> Request | list[str]:
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
        return [f"{pair!r} is not a pair of an instance-id (or 'all') and a state"]
    target, state = pair
    faults = []
    action = next((each for each in Action if each.value == state), None)
    if action is None:
        words = [each.value for each in Action]
        faults.append(f"invalid state {state!r} for {target!r}{_hint(state, words)}; use {', '.join(words)}")
    if target == ALL:
        wanted = [name for name, problem in problems.items() if problem is None]
        return faults or Request(tuple(wanted), action or Action.UP)
    if target not in problems:
        known = ", ".join(problems) or "none"
        faults.append(f"invalid target {target!r}{_hint(target, list(problems))}; the children are: {known}")
    elif problems[target] is not None and action is not Action.DOWN:
        faults.append(f"{target} cannot be started: {problems[target]}")
    return faults or Request((str(target),), action or Action.UP)


def _hint(word: Any, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(word), known, n=1)
    return f", did you mean {near[0]!r}?" if near else ""
