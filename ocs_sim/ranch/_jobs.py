"""POST /jobs/newjob, getnewjobs, updatejobstatus, startjob, getrecentjobs: photonranch-jobs' own routes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.auth import Identity, Unauthorized
from ocs_sim.jobs import CANCEL_ALL, Job, JobRequest, request_from_body
from ocs_sim.ranch import _bodies as bodies
from ocs_sim.ranch._access import site_and_caller
from ocs_sim.ranch._answers import metadata, pretty_in_thread
from ocs_sim.ranch._auth import user_of
from ocs_sim.ranch._body import read_object, require
from ocs_sim.ranch._errors import Refused
from ocs_sim.ranch._numbers import number_or_none
from ocs_sim.ranch._services import Services, in_thread, services_of
from ocs_sim.ranch._turns import pretty_in_turn, turns_of

RESERVED = "Someone else has a reservation right now. Please see the calendar for details."
_WHICH_JOB = "Requires 'site' and 'jobId' in the body payload."
_DAY_MILLISECONDS = 86_400_000
# The times of ULIDs have 48 bits.
_LAST_MILLISECOND = 2**48 - 1

jobs = APIRouter(prefix="/jobs", tags=["jobs of Photon Ranch"])


@jobs.post("/newjob", openapi_extra=bodies.NEW_JOB)
async def newjob(request: Request) -> Response:
    """Ask a site for something; the answer is the job, UNREAD. Needs a token."""
    identity = await user_of(request)
    services = services_of(request)
    wanted = _wanted(await read_object(request), identity, services)

    def add() -> Job:
        if not services.calendar.may_command(
            wanted.site, identity.user_id, identity.roles, services.clock.time()
        ):
            raise Refused(status=401, text=RESERVED)
        return services.jobs.new_at_once(wanted)

    def answer(job: Job) -> dict[str, Any]:
        return {**services.jobs.settle(job).to_wire(), "table_response": metadata()}

    job = await in_thread(request, add)
    if job.action != CANCEL_ALL:
        return await pretty_in_thread(request, lambda: answer(job))
    # It is there to be read; what it cancels besides may take its time, and needs to be done once.
    async with turns_of(request).of(job.site, CANCEL_ALL):
        return await pretty_in_thread(request, lambda: answer(job))


@jobs.post("/getnewjobs", openapi_extra=bodies.NEW_JOBS)
async def getnewjobs(request: Request) -> Response:
    """Take the jobs that nobody has read yet, each once: RECEIVED from now on, but shown as they were."""
    body = await read_object(request)
    site, caller = await site_and_caller(request, body)
    services = services_of(request)
    alternate = bool(body.get("alternateQueue", False))
    return await pretty_in_turn(
        request,
        site,
        "alternate" if alternate else "primary",
        lambda: _wire(services.jobs.deliver(site, alternate=alternate, by=caller)),
    )


@jobs.post("/updatejobstatus", openapi_extra=bodies.UPDATE)
async def updatejobstatus(request: Request) -> Response:
    """Say how far a job is."""
    body = await read_object(request)
    _check_which(body)
    require(body, ("newStatus",))
    return await _update(request, body, body["newStatus"])


@jobs.post("/startjob", openapi_extra=bodies.START)
async def startjob(request: Request) -> Response:
    """Say that a job has been started."""
    body = await read_object(request)
    _check_which(body)
    return await _update(request, body, "STARTED")


@jobs.post("/getrecentjobs", openapi_extra=bodies.RECENT)
async def getrecentjobs(request: Request) -> Response:
    """Return all jobs of the last day, or of the last `timeRange` milliseconds, the oldest first."""
    body = await read_object(request)
    site, _ = await site_and_caller(request, body)
    services = services_of(request)
    back = number_or_none(body, "timeRange")
    since = _since(services, _DAY_MILLISECONDS if back is None else back)
    return await pretty_in_thread(request, lambda: _wire(services.jobs.recent(site, since)[0]))


def _wanted(body: dict[str, Any], identity: Identity, services: Services) -> JobRequest:
    named = body.get("user_id")
    if named not in (None, "") and not identity.may_act_as(named):
        raise Unauthorized(reason="the user_id is not that of the token")
    wanted = request_from_body(
        body,
        user_roles=identity.roles,
        user_id=None if named else identity.user_id,
        source="http",
        sender=identity.user_id,
    )
    if services.sites is not None and wanted.site not in services.sites:
        known = ", ".join(sorted(services.sites))
        raise Refused(status=400, text=f"Error: there is no site {wanted.site!r} here, only {known}")
    return wanted


async def _update(request: Request, body: dict[str, Any], status: Any) -> Response:
    site, caller = await site_and_caller(request, body)
    ulid = body["ulid"]
    if not isinstance(status, str) or not isinstance(ulid, str):
        raise Refused(status=400, text="Error: newStatus and ulid must be texts")
    seconds = number_or_none(body, "secondsUntilComplete")
    alternate = bool(body.get("alternateQueue", False))
    services = services_of(request)
    await in_thread(
        request,
        lambda: services.jobs.update(
            site,
            ulid,
            status,
            seconds_until_complete=-1 if seconds is None else seconds,
            alternate=alternate,
            by=caller,
        ),
    )
    return await pretty_in_thread(request, metadata)


def _check_which(body: dict[str, Any]) -> None:
    if "site" not in body or "ulid" not in body:
        raise Refused(status=400, text=_WHICH_JOB)


def _since(services: Services, back_milliseconds: float) -> int:
    since = int(1000 * services.clock.time() - back_milliseconds)
    return min(max(since, 0), _LAST_MILLISECOND)


def _wire(found: list[Job]) -> list[dict[str, Any]]:
    return [job.to_wire() for job in found]
