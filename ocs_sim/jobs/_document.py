"""A job as the table keeps it: the documented object, and our own facts beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ocs_sim.jobs._history import HistoryEntry
from ocs_sim.jobs._job import Job, Lease
from ocs_sim.jobs._status import Status
from ocs_sim.jobs._ulids import is_ulid, ulid_milliseconds
from ocs_sim.jobs._values import on_wire, stored
from ocs_sim.jobs._wire import history_object, wire_object
from ocs_sim.stores import Document

_URGENT = "URGENT"
_LEVELS = 30


def document_of(job: Job) -> Document:
    """Return what is kept of a job; fields that it has not are not there."""
    return _stored(_fields(job))


def difference(old: Job, new: Job) -> tuple[Document, list[str]]:
    """Return which fields of a job's document change, to what, and which go."""
    before, after = _fields(old), _fields(new)
    changed = {key: value for key, value in after.items() if key not in before or before[key] != value}
    return _stored(changed), [key for key in before if key not in after]


def watched(job: Job) -> dict[str, Any]:
    """Return what shows that nobody changed a job: its revision, and its statuses for who writes none."""
    fields = _fields(job)
    return {key: fields.get(key) for key in ("revision", "statusId", "replicaStatusId")}


def _stored(fields: Mapping[str, Any]) -> Document:
    document: Document = stored(fields, "job", _LEVELS)
    return document


def _fields(job: Job) -> dict[str, Any]:
    lease = job.lease and {"owner": job.lease.owner, "untilUnix": job.lease.until_unix}
    fields = {
        **wire_object(job),
        "source": job.source,
        "deliveries": job.deliveries,
        "history": [history_object(entry) for entry in job.history],
        "result": job.result,
        "session": job.session,
        "lease": lease,
        "leaseId": _lease_id(job),
        "revision": job.revision,
    }
    return {key: value for key, value in fields.items() if value is not None}


def job_of(document: Mapping[str, Any]) -> Job:
    """Return the job that a document keeps; what others left out of theirs is empty."""
    document = on_wire(document)
    ulid = document["ulid"]
    lease = document.get("lease")
    made = ulid_milliseconds(ulid) if is_ulid(ulid) else 0
    return Job(
        site=document["site"],
        ulid=ulid,
        status=_status(document.get("statusId"), ulid),
        replica_status=_status(document.get("replicaStatusId"), ulid),
        user_name=_text(document, "user_name"),
        user_id=_text(document, "user_id"),
        user_roles=_roles(document.get("user_roles")),
        timestamp_ms=document.get("timestamp_ms") or made,
        device_type=_text(document, "deviceType"),
        device_instance=_text(document, "deviceInstance"),
        action=_text(document, "action"),
        optional_params=_object(document, "optional_params"),
        required_params=_object(document, "required_params"),
        seconds_until_complete=document.get("secondsUntilComplete"),
        history=tuple(_entry(each) for each in document.get("history", ())),
        result=document.get("result"),
        lease=lease and Lease(lease["owner"], lease["untilUnix"]),
        source=_text(document, "source"),
        session=document.get("session"),
        deliveries=document.get("deliveries", 0),
        revision=document.get("revision"),
    )


def unread_prefix() -> str:
    """Return what the unread jobs' keys in the indexes of statuses begin with."""
    return f"{Status.UNREAD}#"


def urgent_prefix() -> str:
    """Return what the urgent unread jobs' keys in the index of leases begin with."""
    return f"{_URGENT}#"


def lapsed_bound(now_unix: float) -> str:
    """Return what the keys of leases that have lapsed are below, in the index of leases."""
    return f"{_lease_milliseconds(now_unix):015d}"


def held_bound() -> tuple[str, str]:
    """Return between what the keys of all leases are, in the index of leases."""
    return "0", "9~"


def _lease_id(job: Job) -> str | None:
    if job.lease is not None:
        return f"{_lease_milliseconds(job.lease.until_unix):015d}#{job.ulid}"
    if job.status == Status.UNREAD and job.is_urgent:
        return f"{_URGENT}#{job.ulid}"
    return None


def _lease_milliseconds(unix: float) -> int:
    return max(0, round(unix * 1000))


def _status(status_id: Any, ulid: str) -> str:
    return str(status_id or "").removesuffix(f"#{ulid}")


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""


def _object(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    # The original takes whatever is sent for parameters: one such job must not keep all others from readers.
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}


def _roles(text: Any) -> tuple[str, ...]:
    try:
        roles = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return ()
    return tuple(str(role) for role in roles) if isinstance(roles, list) else ()


def _entry(entry: Mapping[str, Any]) -> HistoryEntry:
    return HistoryEntry(
        unix=entry["unix"],
        status=entry["status"],
        by=entry.get("by", ""),
        message=entry.get("message", ""),
        seconds_until_complete=entry.get("secondsUntilComplete"),
        queue=entry.get("queue", "primary"),
        omitted=entry.get("omitted", 0),
    )
