"""GET /jobs/...: a site's jobs page by page, and all that is known of one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.jobs import Job
from ocs_sim.ranch._access import check_reader
from ocs_sim.ranch._answers import pretty_in_thread
from ocs_sim.ranch._services import Services, services_of

# They are served to POST only.
_NO_SITES = ("newjob", "getnewjobs", "updatejobstatus", "startjob", "getrecentjobs")
_LONGEST_PAGE = 1000
_MOST_LOOKS = 20

views = APIRouter(prefix="/jobs", tags=["jobs, more than Photon Ranch has"])


@views.get("/{site}")
async def jobs_of_site(
    request: Request,
    site: str,
    limit: Annotated[int, Query(ge=1, le=_LONGEST_PAGE)] = 100,
    after: Annotated[str | None, Query(description="What the page before said", max_length=2048)] = None,
    status: Annotated[str | None, Query(description="Only jobs of this status", max_length=64)] = None,
    since: Annotated[int, Query(description="Unix milliseconds", ge=0, lt=2**48)] = 0,
) -> Response:
    """Return `{"jobs": [...], "after": ...}`, the oldest first; `after` asks for the next page, null ends."""
    if site in _NO_SITES:
        raise HTTPException(404)
    await check_reader(request, site)
    services = services_of(request)
    return await pretty_in_thread(request, lambda: _page(services, site, since, limit, after, status))


@views.get("/{site}/{ulid}")
async def one_job(request: Request, site: str, ulid: str) -> Response:
    """Return one job with its history, its result and who has it."""
    await check_reader(request, site)
    services = services_of(request)
    return await pretty_in_thread(request, lambda: services.jobs.get(site, ulid).to_detail())


def _page(
    services: Services, site: str, since: int, limit: int, after: str | None, status: str | None
) -> dict[str, Any]:
    found: list[Job] = []
    # Few jobs may have the status: a page may then be short though more follow.
    for _ in range(_MOST_LOOKS):
        some, after = services.jobs.recent(site, since, limit - len(found), after)
        found += [job for job in some if status is None or job.status == status]
        if after is None or len(found) == limit:
            break
    return {"jobs": [job.to_wire() for job in found], "after": after}
