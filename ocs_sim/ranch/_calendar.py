"""POST /calendar/newevent, modifyevent, delete: photonranch-calendar's routes that change something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.ranch import _calendar_bodies as bodies
from ocs_sim.ranch._answers import compact, metadata
from ocs_sim.ranch._auth import user_of
from ocs_sim.ranch._body import read_object, require
from ocs_sim.ranch._calendar_answers import plain
from ocs_sim.ranch._calendar_requests import object_of, which_event
from ocs_sim.ranch._calendar_views import views
from ocs_sim.ranch._errors import Refused
from ocs_sim.ranch._services import in_thread, services_of
from ocs_sim.reservations import Event

if TYPE_CHECKING:
    from ocs_sim.auth import Identity

calendar = APIRouter(prefix="/calendar", tags=["reservations"])


@calendar.post("/newevent", openapi_extra=bodies.NEW_EVENT)
async def newevent(request: Request) -> Response:
    """Reserve a site. Needs a token; an admin may reserve for somebody else.

    Events may overlap: the answer tells with which this one does, under `conflicting_events`.
    """
    identity = await user_of(request)
    body = await read_object(request)
    require(body, ("event_id", "start", "site", "end"))
    services = services_of(request)
    _check_site(body["site"], services.sites)
    event = Event.of(_with_creator(body, identity))

    def add() -> dict[str, Any]:
        kept = services.calendar.add(event, identity.user_id, identity.roles)
        others = services.calendar.conflicts(kept)
        return {
            "table_response": metadata(),
            "new_calendar_event": plain(kept),
            "conflicting_events": [plain(other) for other in others],
        }

    return compact(await in_thread(request, add))


@calendar.post("/modifyevent", openapi_extra=bodies.MODIFY)
async def modifyevent(request: Request) -> Response:
    """Put an event in the place of one's own; its id and its creator stay. Needs a token."""
    identity = await user_of(request)
    body = await read_object(request)
    require(body, ("originalEvent", "modifiedEvent"))
    event_id, start = which_event(object_of(body, "originalEvent"))
    services = services_of(request)

    def modify() -> dict[str, Any]:
        there = services.calendar.get(event_id, start)
        wanted = {"site": there.site, "start": there.start, "end": there.end}
        wanted |= object_of(body, "modifiedEvent")
        _check_site(wanted["site"], services.sites)
        event = Event.of(wanted | {"event_id": event_id, "creator_id": there.creator_id})
        kept = services.calendar.modify(event_id, start, event, identity.user_id, identity.roles)
        others = services.calendar.conflicts(kept)
        return {**metadata(), "conflicting_events": [plain(other) for other in others]}

    return compact(await in_thread(request, modify))


@calendar.post("/delete", openapi_extra=bodies.DELETE)
async def delete(request: Request) -> Response:
    """Give a reservation of one's own up. Needs a token."""
    identity = await user_of(request)
    body = await read_object(request)
    event_id, start = which_event(body)
    services = services_of(request)
    await in_thread(
        request, lambda: services.calendar.delete(event_id, start, identity.user_id, identity.roles)
    )
    return compact(metadata())


def _with_creator(body: Mapping[str, Any], identity: Identity) -> dict[str, Any]:
    own = {"creator_id": identity.user_id, "creator": identity.name}
    return {**body, **{name: body.get(name) or own[name] for name in own}}


def _check_site(site: object, known: frozenset[str] | None) -> None:
    if known is not None and not (isinstance(site, str) and site in known):
        raise Refused(status=400, text=f"Error: there is no site {str(site)[:40]!r} here")


calendar.include_router(views)
