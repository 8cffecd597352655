"""A job as JSON. Source: the job object of photonranch-jobs, key by key in its order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.jobs._history import HistoryEntry
    from ocs_sim.jobs._job import Job


def wire_object(job: Job) -> dict[str, Any]:
    """Return the documented object; `secondsUntilComplete` is in it once somebody has set it."""
    wire = {
        "site": job.site,
        "ulid": job.ulid,
        "statusId": f"{job.status}#{job.ulid}",
        "replicaStatusId": f"{job.replica_status}#{job.ulid}",
        "user_name": job.user_name,
        "user_id": job.user_id,
        "user_roles": json.dumps(list(job.user_roles)),
        "timestamp_ms": job.timestamp_ms,
        "deviceType": job.device_type,
        "deviceInstance": job.device_instance,
        "action": job.action,
        "optional_params": dict(job.optional_params),
        "required_params": dict(job.required_params),
    }
    if not job.replica_status:
        del wire["replicaStatusId"]
    if job.seconds_until_complete is not None:
        wire["secondsUntilComplete"] = job.seconds_until_complete
    return wire


def detail_of(job: Job) -> dict[str, Any]:
    """Return the documented object and our own facts after it."""
    return {
        **wire_object(job),
        "status": job.status,
        "hasEnded": job.has_ended,
        "source": job.source,
        "deliveries": job.deliveries,
        "lease": None if job.lease is None else {"owner": job.lease.owner, "untilUnix": job.lease.until_unix},
        "result": None if job.result is None else dict(job.result),
        "session": None if job.session is None else dict(job.session),
        "history": [history_object(entry) for entry in job.history],
    }


def history_object(entry: HistoryEntry) -> dict[str, Any]:
    """Return an entry of the history."""
    wire: dict[str, Any] = {
        "unix": entry.unix,
        "status": entry.status,
        "by": entry.by,
        "message": entry.message,
    }
    if entry.seconds_until_complete is not None:
        wire["secondsUntilComplete"] = entry.seconds_until_complete
    if entry.queue != "primary":
        wire["queue"] = entry.queue
    if entry.omitted:
        wire["omitted"] = entry.omitted
    return wire
