"""An event: somebody has an observatory for a while.

Source of the form: Photon Ranch's calendar service, whose table, requests and answers have these fields.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ocs_sim.reservations._errors import BadEvent
from ocs_sim.reservations._times import parse_time, tidy_time
from ocs_sim.stores import IndexSpec, TableSpec

_KEYS = ("event_id", "start", "end", "site", "creator_id")
_TEXTS = ("creator", "title", "reservation_type", "origin", "resourceId", "project_id", "reservation_note")
_OURS = frozenset((*_KEYS, *_TEXTS, "last_modified"))
_LONGEST_KEY_BYTES = 1024


def event_table() -> TableSpec:
    """Return the calendar's table as it is to be made; events that have no end are in no index."""
    indexes = {"creatorid-end": IndexSpec("creator_id", "end"), "site-end": IndexSpec("site", "end")}
    return TableSpec("photonranch-calendar", "event_id", "start", indexes)


@dataclass(frozen=True, slots=True)
class Event:
    """A reservation of `site` from `start` to `end` (UTC, both included) by `creator_id`.

    `reservation_type` is realtime or project, `project_id` is `name#created_at` or none. `more` holds what
    else was sent, such as `project_priority`, as it was sent.
    """

    event_id: str
    start: str
    end: str
    site: str
    creator_id: str
    creator: str = ""
    title: str = ""
    reservation_type: str = "realtime"
    origin: str = ""
    resourceId: str = ""  # noqa: N815 - the calendar's word
    project_id: str = "none"
    reservation_note: str = ""
    last_modified: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> Event:
        """Return the event that a request holds. Raises BadEvent, BadTime."""
        keys = {name: _key(sent, name) for name in ("event_id", "site", "creator_id")}
        start, end = (tidy_time(sent.get(name), f"the {name}") for name in ("start", "end"))
        if parse_time(end) < parse_time(start):
            raise BadEvent(fault=f"it ends at {end}, before it starts at {start}")
        texts = {name: _text(sent, name) for name in _TEXTS if sent.get(name) is not None}
        more = {name: _storable(value, name) for name, value in sent.items() if name not in _OURS}
        return cls(**keys, start=start, end=end, **texts, more=more)

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Event:
        """Return the event that a document holds, whoever wrote it; what is missing is empty."""
        known = {name: str(document.get(name) or "") for name in _OURS if name in document}
        more = {name: value for name, value in document.items() if name not in _OURS}
        return cls(**{**dict.fromkeys(_KEYS, ""), **known}, more=more)

    @property
    def key(self) -> tuple[str, str]:
        """The event's key in the table."""
        return self.event_id, self.start

    def to_document(self) -> dict[str, Any]:
        """Return the event as it is stored and sent; numbers may be Decimal."""
        return {**self.more, **{name: getattr(self, name) for name in (*_KEYS, *_TEXTS, "last_modified")}}

    def overlaps(self, other: Event) -> bool:
        """Return whether both want the same site at some time; one may begin as the other ends."""
        return self.site == other.site and self.start < other.end and other.start < self.end


def _key(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value:
        raise BadEvent(fault=f"its {name} must be a text that is not empty")
    if len(value.encode()) > _LONGEST_KEY_BYTES:
        raise BadEvent(fault=f"its {name} is longer than {_LONGEST_KEY_BYTES} bytes")
    return value


def _text(sent: Mapping[str, Any], name: str) -> str:
    if not isinstance(sent[name], str):
        raise BadEvent(fault=f"its {name} must be a text")
    return str(sent[name])


def _storable(value: Any, name: str) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadEvent(fault=f"its {name} has a number that is none")
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: _storable(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [_storable(each, name) for each in value]
    return value
