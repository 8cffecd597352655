"""POST /jobs/{site}/...: for who does the jobs of a site, and holds them by leases while at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.jobs import Job
from ocs_sim.ranch import _bodies as bodies
from ocs_sim.ranch._answers import pretty_in_thread
from ocs_sim.ranch._auth import site_caller_of, user_of
from ocs_sim.ranch._body import read_object, require
from ocs_sim.ranch._errors import Refused
from ocs_sim.ranch._numbers import number_or_none, positive, whole
from ocs_sim.ranch._services import services_of
from ocs_sim.ranch._turns import pretty_in_turn

_LONGEST_LEASE_SECONDS = 43200
_MOST_CLAIMED = 100

claims = APIRouter(prefix="/jobs", tags=["jobs, for who does them"])


@claims.post("/{site}/claim", openapi_extra=bodies.CLAIM)
async def claim(request: Request, site: str) -> Response:
    """Take jobs under a lease, the oldest first: who lets it expire before STARTED loses them to the next."""
    caller = await site_caller_of(request, site)
    body = await read_object(request)
    owner, lease_seconds = _owner(body), _lease_seconds(body)
    limit = whole(body, "limit", 1, _MOST_CLAIMED)
    device_types, urgent = _device_types(body), bool(body.get("urgent", False))
    services = services_of(request)

    def work() -> list[dict[str, Any]]:
        jobs = services.jobs.claim(
            site,
            owner,
            lease_seconds=lease_seconds,
            limit=limit,
            device_types=device_types,
            urgent=urgent,
            by=_named(caller, owner),
        )
        return [job.to_detail() for job in jobs]

    return await pretty_in_turn(request, site, "urgent" if urgent else "claim", work)


@claims.post("/{site}/held", openapi_extra=bodies.HELD)
async def held(request: Request, site: str) -> Response:
    """Return the jobs that an owner holds, as after its restart."""
    await site_caller_of(request, site)
    owner = _owner(await read_object(request))
    services = services_of(request)
    return await pretty_in_thread(
        request, lambda: [job.to_detail() for job in services.jobs.held_by(site, owner)]
    )


@claims.post("/{site}/{ulid}/renew", openapi_extra=bodies.RENEW)
async def renew(request: Request, site: str, ulid: str) -> Response:
    """Keep a job for longer, from now on."""
    await site_caller_of(request, site)
    body = await read_object(request)
    owner, lease_seconds = _owner(body), _lease_seconds(body)
    services = services_of(request)
    return await _detail(
        request, lambda: services.jobs.renew(services.jobs.get(site, ulid), owner, lease_seconds)
    )


@claims.post("/{site}/{ulid}/release", openapi_extra=bodies.RELEASE)
async def release(request: Request, site: str, ulid: str) -> Response:
    """Give a job back that has not been started."""
    caller = await site_caller_of(request, site)
    owner = _owner(await read_object(request))
    services, named = services_of(request), _named(caller, owner)
    return await _detail(
        request, lambda: services.jobs.release(services.jobs.get(site, ulid), owner, by=named)
    )


@claims.post("/{site}/{ulid}/update", openapi_extra=bodies.REPORT)
async def report(request: Request, site: str, ulid: str) -> Response:
    """Say how far a job is, as its owner: with a message, its result and the operation's session."""
    caller = await site_caller_of(request, site)
    body = await read_object(request)
    require(body, ("newStatus",))
    status, owner, words = _text(body, "newStatus"), _text(body, "owner"), _text(body, "message")
    result, session = _object(body, "result"), _object(body, "session")
    seconds = number_or_none(body, "secondsUntilComplete")
    services = services_of(request)
    return await _detail(
        request,
        lambda: services.jobs.update(
            site,
            ulid,
            status,
            seconds_until_complete=seconds,
            owner=owner or None,
            by=_named(caller, owner),
            message=words,
            result=result,
            session=session,
        ),
    )


@claims.post("/{site}/{ulid}/cancel", openapi_extra=bodies.CANCEL)
async def cancel(request: Request, site: str, ulid: str) -> Response:
    """Cancel a job that has not ended: its user may, and admins. Needs a token."""
    identity = await user_of(request)
    words = _text(await read_object(request, may_be_empty=True), "message")
    services = services_of(request)

    def work() -> Job:
        job = services.jobs.get(site, ulid)
        if not identity.may_act_as(job.user_id):
            raise Refused(status=403, text="You may only cancel your own jobs.")
        return services.jobs.cancel(site, ulid, identity.user_id, words)

    return await _detail(request, work)


async def _detail(request: Request, work: Callable[[], Job]) -> Response:
    return await pretty_in_thread(request, lambda: work().to_detail())


def _named(caller: str, owner: str) -> str:
    # Any owner may be told: who he is let in as comes first, and always.
    return f"{caller} as {owner}" if owner else caller


def _owner(body: dict[str, Any]) -> str:
    require(body, ("owner",))
    owner = _text(body, "owner")
    if not owner:
        raise Refused(status=400, text="Error: owner must not be empty")
    return owner


def _lease_seconds(body: dict[str, Any]) -> float:
    return positive(body, "lease_seconds", 60.0, _LONGEST_LEASE_SECONDS)


def _device_types(body: dict[str, Any]) -> list[str] | None:
    wanted = body.get("device_types")
    if wanted is None:
        return None
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise Refused(status=400, text="Error: device_types must be a list of texts")
    return wanted


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str | None):
        raise Refused(status=400, text=f"Error: {key} must be a text")
    return value or ""


def _object(body: dict[str, Any], key: str) -> dict[str, Any] | None:
    value = body.get(key)
    if not isinstance(value, dict | None):
        raise Refused(status=400, text=f"Error: {key} must be an object")
    return value
