"""POST /calendar/siteevents and others: photonranch-calendar's routes that only look. Anybody may."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.ranch import _calendar_bodies as bodies
from ocs_sim.ranch._answers import compact
from ocs_sim.ranch._body import read_object, require
from ocs_sim.ranch._calendar_answers import plain
from ocs_sim.ranch._calendar_requests import text_of
from ocs_sim.ranch._services import in_thread, services_of
from ocs_sim.reservations import Event, parse_time

views = APIRouter()


@views.post("/siteevents", openapi_extra=bodies.SITE_EVENTS)
async def siteevents(request: Request) -> Response:
    """Return the events of a site that end from `start` to `end`."""
    body = await read_object(request)
    require(body, ("site", "start", "end"))
    site = text_of(body, "site")
    start, end = parse_time(body["start"], "the start"), parse_time(body["end"], "the end")
    calendar = services_of(request).calendar
    return await _events(request, lambda: calendar.ending_between(site, start, end))


@views.post("/user-events-ending-after-time", openapi_extra=bodies.USER_EVENTS)
async def user_events(request: Request) -> Response:
    """Return the events of a user, at all sites, that end at a time or later."""
    body = await read_object(request)
    require(body, ("user_id", "time"))
    user_id, time = text_of(body, "user_id"), parse_time(body["time"])
    calendar = services_of(request).calendar
    return await _events(request, lambda: calendar.of_user(user_id, time))


@views.post("/get-event-at-time", openapi_extra=bodies.AT_TIME)
async def events_at_time(request: Request) -> Response:
    """Return the events of a site during which a time is; both ends belong to an event."""
    body = await read_object(request)
    require(body, ("time", "site"))
    site, time = text_of(body, "site"), parse_time(body["time"])
    calendar = services_of(request).calendar
    return await _events(request, lambda: calendar.at_time(site, time))


@views.post("/is-user-scheduled", openapi_extra=bodies.WHO_AT_TIME)
async def is_user_scheduled(request: Request) -> Response:
    """Return whether a user has a site at a time."""
    site, user_id, time = await _who_at_time(request)
    calendar = services_of(request).calendar
    return compact(await in_thread(request, lambda: calendar.is_scheduled(user_id, site, time)))


@views.post("/does-conflicting-event-exist", openapi_extra=bodies.WHO_AT_TIME)
async def does_conflicting_event_exist(request: Request) -> Response:
    """Return whether somebody else has a site at a time."""
    site, user_id, time = await _who_at_time(request)
    calendar = services_of(request).calendar
    events = await in_thread(request, lambda: calendar.at_time(site, time))
    return compact(any(event.creator_id != user_id for event in events))


async def _who_at_time(request: Request) -> tuple[str, str, float]:
    body = await read_object(request)
    require(body, ("user_id", "site", "time"))
    return text_of(body, "site"), text_of(body, "user_id"), parse_time(body["time"])


async def _events(request: Request, find: Callable[[], list[Event]]) -> Response:
    return compact([plain(event) for event in await in_thread(request, find)])
