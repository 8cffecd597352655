"""What happened to a job, short enough for the table that keeps it (400 KB a document)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ocs_sim.jobs._errors import printable

_MOST_ENTRIES = 64
_FIRST_KEPT = 8
_LONGEST_MESSAGE = 300
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A status that a job took: when (unix seconds), set by whom, and why.

    `omitted` is how many entries before this one were dropped.
    """

    unix: float
    status: str
    by: str = ""
    message: str = ""
    seconds_until_complete: int | float | str | None = None
    queue: str = "primary"
    omitted: int = 0


def continued(history: tuple[HistoryEntry, ...], entry: HistoryEntry) -> tuple[HistoryEntry, ...]:
    """Return a history with one entry more; from the middle of a long one, entries go.

    News of the same status, as progress, take the place of the last entry, whose time stays.
    """
    entry = replace(
        entry, message=printable(entry.message, _LONGEST_MESSAGE), by=printable(entry.by, _LONGEST_NAME)
    )
    last = history[-1] if history else None
    if last and (last.status, last.by, last.queue) == (entry.status, entry.by, entry.queue):
        message = entry.message or last.message
        return (*history[:-1], replace(entry, unix=last.unix, message=message, omitted=last.omitted))
    if len(history) < _MOST_ENTRIES:
        return (*history, entry)
    dropped, next_one = history[_FIRST_KEPT], history[_FIRST_KEPT + 1]
    next_one = replace(next_one, omitted=next_one.omitted + dropped.omitted + 1)
    return (*history[:_FIRST_KEPT], next_one, *history[_FIRST_KEPT + 2 :], entry)
