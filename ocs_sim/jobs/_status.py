"""The life of a job: UNREAD, RECEIVED, STARTED, stages with free names such as EXPOSING, and an end."""

from __future__ import annotations

from typing import Any

from ocs_sim.jobs._errors import BadJob

_LONGEST = 64


class Status:
    """The names that have a meaning; every other is a stage of a job that has started."""

    UNREAD = "UNREAD"
    RECEIVED = "RECEIVED"
    STARTED = "STARTED"
    COMPLETE = "COMPLETE"
    COMPLETED = "COMPLETED"
    """What some clients write for COMPLETE."""
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


ENDS = (Status.CANCELED, Status.COMPLETE, Status.COMPLETED, Status.EXPIRED, Status.FAILED)
_STEPS = {Status.UNREAD: 0, Status.RECEIVED: 1, Status.STARTED: 2, **dict.fromkeys(ENDS, 4)}
_STAGE = 3
_OTHER_SPELLINGS = {"CANCELLED": Status.CANCELED}


def has_ended(status: str) -> bool:
    """Tell whether a job of this status stays as it is."""
    return status in ENDS


def has_started(status: str) -> bool:
    """Tell whether a job of this status is under way."""
    return _step(status) in (_STEPS[Status.STARTED], _STAGE)


def may_follow(old: str, new: str) -> bool:
    """Tell whether anybody may set `new` after `old`: never back, and never from an end."""
    if has_ended(old) or new == Status.UNREAD:
        return False
    return _step(new) >= _step(old)


def clean_status(status: Any) -> str:
    """Return a status as it is stored: known names in capitals, others as they are. Raises BadJob."""
    if not isinstance(status, str) or not 0 < len(status) <= _LONGEST:
        raise BadJob(faults=(f"a status is a text of up to {_LONGEST} characters, not {_short(status)}",))
    if "#" in status or not status.isprintable() or status.strip() != status:
        raise BadJob(faults=(f"the status {status!r} has a '#', or blanks or breaks where none belong",))
    capitals = status.upper()
    if capitals in _STEPS:
        return capitals
    return _OTHER_SPELLINGS.get(capitals, status)


def _step(status: str) -> int:
    return _STEPS.get(status, _STAGE)


def _short(value: Any) -> str:
    return repr(value)[:_LONGEST]
