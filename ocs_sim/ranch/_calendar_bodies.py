"""What bodies of the calendar's routes look like, for the page of the routes."""

from __future__ import annotations

from ocs_sim.ranch._bodies import body

_TEXT = {"type": "string"}
_SITE = {"type": "string", "description": "The code of a site", "examples": ["tst"]}
_TIME = {
    "type": "string",
    "description": "UTC, to the second",
    "pattern": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.0+)?Z$",
    "examples": ["2026-03-01T05:30:00Z"],
}
_USER = {"type": "string", "description": "The `sub` of the user's token"}
_EVENT = {
    "event_id": {"type": "string", "description": "An id that the client makes up"},
    "start": _TIME,
    "end": _TIME,
    "site": _SITE,
    "creator": _TEXT,
    "creator_id": {"type": "string", "description": "That of the token; an admin may name another"},
    "title": _TEXT,
    "reservation_type": {"type": "string", "enum": ["realtime", "project"]},
    "origin": _TEXT,
    "resourceId": _TEXT,
    "project_id": {"type": "string", "description": "name#created_at, or none"},
    "reservation_note": _TEXT,
}
_EXAMPLE = {
    "event_id": "7c9e6679",
    "start": "2026-03-01T05:00:00Z",
    "end": "2026-03-01T06:00:00Z",
    "site": "tst",
    "title": "M 42",
}
_WHICH = {"event_id": _EXAMPLE["event_id"], "start": _EXAMPLE["start"]}
_AT = {"site": "tst", "time": "2026-03-01T05:30:00Z"}

NEW_EVENT = body(_EVENT, ("event_id", "start", "end", "site"), {**_EXAMPLE}, needs_token=True)
MODIFY = body(
    {
        "originalEvent": {"type": "object", "properties": _EVENT, "required": ["event_id", "start"]},
        "modifiedEvent": {"type": "object", "properties": _EVENT},
    },
    ("originalEvent", "modifiedEvent"),
    {"originalEvent": _WHICH, "modifiedEvent": {**_EXAMPLE, "end": "2026-03-01T07:00:00Z"}},
    needs_token=True,
)
DELETE = body({"event_id": _TEXT, "start": _TIME}, ("event_id", "start"), {**_WHICH}, needs_token=True)
SITE_EVENTS = body(
    {"site": _SITE, "start": _TIME, "end": _TIME},
    ("site", "start", "end"),
    {"site": "tst", "start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"},
)
USER_EVENTS = body(
    {"user_id": _USER, "time": _TIME}, ("user_id", "time"), {"user_id": "ada", "time": _AT["time"]}
)
AT_TIME = body({"site": _SITE, "time": _TIME}, ("site", "time"), {**_AT})
WHO_AT_TIME = body(
    {"user_id": _USER, "site": _SITE, "time": _TIME}, ("user_id", "site", "time"), {"user_id": "ada", **_AT}
)
