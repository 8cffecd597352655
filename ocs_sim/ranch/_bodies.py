"""What bodies look like, for the page of the routes: they are read whatever their Content-Type says."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_OBJECT = {"type": "object"}
_NUMBER = {"type": "number"}
_SITE = {"type": "string", "description": "The code of a site", "examples": ["tst"]}
_ULID = {"type": "string", "examples": ["01J0000000000000000000000Z"]}
_ALTERNATE = {"type": "boolean", "default": False, "description": "The alternate queue"}
_SECONDS = {
    "type": "number",
    "default": -1,
    "description": "How long it still takes, in seconds; -1: not known",
}
_OWNER = {"type": "string", "description": "The name of who claims, the same after its restart"}
_LEASE = {"type": "number", "default": 60, "description": "How long the claim holds, in seconds"}


def body(
    properties: dict[str, Any],
    required: tuple[str, ...],
    example: dict[str, Any],
    *,
    needs_token: bool = False,
) -> dict[str, Any]:
    """Return what OpenAPI says of a JSON body."""
    schema = {"type": "object", "properties": properties, "required": list(required)}
    found: dict[str, Any] = {
        "requestBody": {
            "required": bool(required),
            "content": {"application/json": {"schema": schema, "example": example}},
        }
    }
    if needs_token:
        found["security"] = [{"token": []}]
    return found


NEW_JOB = body(
    {
        "site": _SITE,
        "device": {"type": "string", "examples": ["mount"]},
        "instance": {"type": "string", "examples": ["mount1"]},
        "action": {"type": "string", "examples": ["go"]},
        "user_name": _TEXT,
        "user_id": {"type": "string", "description": "That of the token; an admin may name another"},
        "optional_params": _OBJECT,
        "required_params": _OBJECT,
    },
    (
        "site",
        "device",
        "instance",
        "action",
        "user_name",
        "user_id",
        "optional_params",
        "required_params",
    ),
    {
        "site": "tst",
        "device": "mount",
        "instance": "mount1",
        "action": "go",
        "user_name": "Ada",
        "user_id": "ada",
        "optional_params": {},
        "required_params": {"ra": 5.5, "dec": -5.4},
    },
    needs_token=True,
)
NEW_JOBS = body({"site": _SITE, "alternateQueue": _ALTERNATE}, ("site",), {"site": "tst"})
UPDATE = body(
    {
        "site": _SITE,
        "ulid": _ULID,
        "newStatus": {"type": "string", "examples": ["COMPLETE"]},
        "secondsUntilComplete": _SECONDS,
        "alternateQueue": _ALTERNATE,
    },
    ("site", "ulid", "newStatus"),
    {"site": "tst", "ulid": "", "newStatus": "COMPLETE", "secondsUntilComplete": 0},
)
START = body(
    {"site": _SITE, "ulid": _ULID, "secondsUntilComplete": _SECONDS, "alternateQueue": _ALTERNATE},
    ("site", "ulid"),
    {"site": "tst", "ulid": "", "secondsUntilComplete": 60},
)
RECENT = body(
    {
        "site": _SITE,
        "timeRange": {
            "type": "number",
            "default": 86_400_000,
            "description": "How far back, in milliseconds",
        },
    },
    ("site",),
    {"site": "tst", "timeRange": 3_600_000},
)
CLAIM = body(
    {
        "owner": _OWNER,
        "lease_seconds": _LEASE,
        "limit": {"type": "integer", "default": 1, "minimum": 1, "maximum": 100},
        "device_types": {"type": "array", "items": _TEXT, "description": "Only jobs of these"},
        "urgent": {"type": "boolean", "default": False, "description": "Only jobs that stop something"},
    },
    ("owner",),
    {"owner": "tst-jobs", "lease_seconds": 60, "limit": 1},
)
HELD = body({"owner": _OWNER}, ("owner",), {"owner": "tst-jobs"})
RENEW = body(
    {"owner": _OWNER, "lease_seconds": _LEASE}, ("owner",), {"owner": "tst-jobs", "lease_seconds": 60}
)
RELEASE = HELD
REPORT = body(
    {
        "newStatus": _TEXT,
        "owner": _OWNER,
        "secondsUntilComplete": _SECONDS,
        "message": {"type": "string", "description": "For who reads the history"},
        "result": {"type": "object", "description": 'Such as {"images": ["..."]}'},
        "session": {"type": "object", "description": "Of the operation that does it"},
    },
    ("newStatus",),
    {"newStatus": "COMPLETE", "owner": "tst-jobs", "message": "", "result": {"images": []}},
)
CANCEL = body(
    {"message": {"type": "string", "description": "Why"}}, (), {"message": "clouds"}, needs_token=True
)
