"""How what went wrong is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.jobs import BadJob, IllegalTransition, JobBusy, JobError, NoSuchJob, NotYourJob
from ocs_sim.ranch._answers import message, text
from ocs_sim.ranch._auth_answers import handle_who_may
from ocs_sim.ranch._errors import BadBody, BodyTooLarge, Refused
from ocs_sim.stores import LimitExceeded, LinkRefused, NoSuchObject, StoreError

Handler = Callable[[Request, Exception], Awaitable[Response]]


def handle_refusals(app: FastAPI) -> None:
    """Let an application answer errors as the documented services do."""
    handle_who_may(app)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(BadBody, _bad_request)
    app.add_exception_handler(JobError, _bad_request)
    app.add_exception_handler(BadJob, _bad_job)
    app.add_exception_handler(NoSuchJob, _plain(404))
    app.add_exception_handler(IllegalTransition, _plain(409))
    app.add_exception_handler(NotYourJob, _plain(409))
    app.add_exception_handler(JobBusy, _plain(409))
    app.add_exception_handler(BodyTooLarge, _told(413))
    app.add_exception_handler(LimitExceeded, _told(400))
    app.add_exception_handler(LinkRefused, _told(403))
    app.add_exception_handler(NoSuchObject, _told(404))
    # A full disk, a file that was removed, a service that is away: none is the sender's fault.
    app.add_exception_handler(StoreError, _told(503))


async def _by_status(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status in (404, 405):
        # API Gateway's word for a route that it does not have.
        return message(403, "Missing Authentication Token")
    return message(status, str(getattr(error, "detail", error)))


async def _invalid(_request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    return text("Error: " + "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in faults), 400)


async def _refused(_request: Request, error: Exception) -> Response:
    return text(str(error), error.status if isinstance(error, Refused) else 400)


async def _bad_request(_request: Request, error: Exception) -> Response:
    return text(f"Error: {error}", 400)


async def _bad_job(_request: Request, error: Exception) -> Response:
    return text(error.wire_text if isinstance(error, BadJob) else str(error), 400)


def _plain(status: int) -> Handler:
    async def answer(_request: Request, error: Exception) -> Response:
        # Clients show it as it is, in one line.
        return text(" ".join(str(error).split()), status)

    return answer


def _told(status: int) -> Handler:
    async def answer(_request: Request, error: Exception) -> Response:
        return message(status, str(error))

    return answer
