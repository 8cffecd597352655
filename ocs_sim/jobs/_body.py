"""The body of POST /newjob, which photonranch-jobs documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocs_sim.jobs._errors import BadJob
from ocs_sim.jobs._request import JobRequest, checked

REQUIRED_KEYS = (
    "site",
    "device",
    "instance",
    "action",
    "user_name",
    "user_id",
    "optional_params",
    "required_params",
)
"""In the order in which the original looks for them."""


def request_from_body(
    body: Any,
    *,
    user_roles: tuple[str, ...] = (),
    user_id: str | None = None,
    source: str = "http",
    ulid: str | None = None,
    sender: str = "",
) -> JobRequest:
    """Return what a body asks for; other keys of it are ignored, as `user_roles`, which a token tells.

    A `user_id` that is given stands instead of the body's. null is taken for an empty text or object: the
    original takes it, and its readers break on it. Raises BadJob: `wire_text` is what to answer.
    """
    if not isinstance(body, Mapping):
        raise BadJob(faults=(f"the body is a {type(body).__name__}, not an object",))
    missing = tuple(key for key in REQUIRED_KEYS if key not in body)
    request = JobRequest(
        site=_text(body, "site"),
        device=_text(body, "device"),
        instance=_text(body, "instance"),
        action=_text(body, "action"),
        user_name=_text(body, "user_name"),
        user_id=_text(body, "user_id") if user_id is None else user_id,
        user_roles=user_roles,
        optional_params=_object(body, "optional_params"),
        required_params=_object(body, "required_params"),
        source=source,
        ulid=ulid,
        sender=sender,
    )
    try:
        checked(request)
    except BadJob as fault:
        faults = tuple(each for each in fault.faults if not (each == "site is empty" and "site" in missing))
        raise BadJob(faults=faults, missing=missing) from None
    if missing:
        raise BadJob(faults=(), missing=missing)
    return request


# What has the wrong type is left to `checked`, which says so.
def _text(body: Mapping[str, Any], key: str) -> Any:
    value = body.get(key)
    return "" if value is None else value


def _object(body: Mapping[str, Any], key: str) -> Any:
    value = body.get(key)
    return {} if value is None else value
