"""What a run says of itself, in the words of jobs: stages, seconds left, images and other results."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from ocs_sim.jobs import Status

from ._peers import Session

_WHICH = re.compile(r"\s+(\d+) of (\d+)$")
_STAGES = {
    "asking the devices": "PREPARING",
    "setting up the camera": "PREPARING",
    "checking": "PREPARING",
    "waiting for the camera": "WAITING",
    "setting the filter": "SETTING_FILTER",
    "exposing": "EXPOSING",
    "reading": "READING",
    "downloading": "READING",
    "writing": "WRITING",
    "slewing": "SLEWING",
    "waiting": "WAITING",
    "parking": "PARKING",
    "homing": "HOMING",
    "focusing": "FOCUSING",
    "turning": "TURNING",
    "opening": "OPENING",
    "closing": "CLOSING",
    "stopping": "STOPPING",
}
_MOST_FACTS = 20
_LONGEST_TEXT = 200


def status_of(session: Session) -> str:
    """Return the status that a job has while a run is where it says that it is."""
    stage = _WHICH.sub("", str((session.get("progress") or {}).get("stage") or ""))
    return _STAGES.get(stage, Status.STARTED)


def seconds_left(session: Session, params: Mapping[str, Any]) -> int | None:
    """Return how long a run will still take, as far as it tells; a series also has its further images."""
    progress = session.get("progress") or {}
    left = progress.get("seconds_left")
    which = _WHICH.search(str(progress.get("stage") or ""))
    if not isinstance(left, int | float) or not math.isfinite(left):
        return None
    further = int(which[2]) - int(which[1]) if which else 0
    each = params.get("seconds")
    return math.ceil(left + further * (float(each) if isinstance(each, int | float) else 0.0))


def image_names(session: Session) -> list[str]:
    """Return the names of the files that a run of Camera.expose has written."""
    data = session.get("data")
    files = data.get("files", ()) if isinstance(data, Mapping) else ()
    return [PurePath(str(each)).name for each in files] if isinstance(files, list | tuple) else []


def facts_of(session: Session) -> dict[str, Any]:
    """Return what a run found out, as far as it is numbers and short texts."""
    data = session.get("data")
    if not isinstance(data, Mapping):
        return {}
    plain = {str(name): value for name, value in data.items() if _is_plain(value)}
    return dict(list(plain.items())[:_MOST_FACTS])


def _is_plain(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= _LONGEST_TEXT)
