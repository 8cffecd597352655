"""How those are answered who may not, and what the calendar does not take."""

from __future__ import annotations

import logging

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.auth import AuthError, Unauthorized
from ocs_sim.ranch._answers import message, text
from ocs_sim.ranch._gateway import shown_path
from ocs_sim.reservations import (
    BadEvent,
    BadTime,
    CalendarUnreadable,
    EventChanged,
    NoSuchEvent,
    NotYourEvent,
    NotYourReservation,
)

_log = logging.getLogger(__name__)
_STATUS: dict[type[Exception], int] = {
    BadEvent: 400,
    BadTime: 400,
    NotYourEvent: 403,
    NotYourReservation: 403,
    NoSuchEvent: 404,
    EventChanged: 409,
}


def handle_who_may(app: FastAPI) -> None:
    """Let an application answer errors of ocs_sim.auth and ocs_sim.reservations as documented."""
    app.add_exception_handler(Unauthorized, _unauthorized)
    app.add_exception_handler(AuthError, _unavailable)
    app.add_exception_handler(CalendarUnreadable, _unavailable)
    for kind in _STATUS:
        app.add_exception_handler(kind, _told)


async def _unauthorized(request: Request, error: Exception) -> Response:
    # Why is for the operator: a stranger learns nothing from the answer, as with API Gateway.
    _log.info("%s %s: %s", request.method, shown_path(request.scope), error)
    answer = message(401, "Unauthorized")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


async def _unavailable(request: Request, error: Exception) -> Response:
    _log.warning("%s %s: %s", request.method, shown_path(request.scope), error)
    if isinstance(error, CalendarUnreadable):
        return message(503, "The reservations cannot be read now, so nobody may command the site.")
    return message(503, "Who asks cannot be checked now.")


async def _told(_request: Request, error: Exception) -> Response:
    status = _STATUS[type(error)]
    return text(f"Error: {error}" if status == 400 else str(error), status)
