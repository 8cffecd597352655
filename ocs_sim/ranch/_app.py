"""All routes in one application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from ocs_sim.ranch._calendar import calendar
from ocs_sim.ranch._claims import claims
from ocs_sim.ranch._datastream import datastream
from ocs_sim.ranch._gateway import Gateway
from ocs_sim.ranch._hub import Hub
from ocs_sim.ranch._job_views import views
from ocs_sim.ranch._jobs import jobs
from ocs_sim.ranch._objects import objects
from ocs_sim.ranch._pages import pages
from ocs_sim.ranch._refusals import handle_refusals
from ocs_sim.ranch._services import Services
from ocs_sim.ranch._threads import Threads
from ocs_sim.ranch._turns import Turns
from ocs_sim.ranch._watch import JobWatch

_DESCRIPTION = """The jobs service of Photon Ranch, its calendar, and files by signed links.

Bodies are read as JSON whatever their Content-Type says. Routes that need a token take
`Authorization: Bearer TOKEN`; `obsbow token --user NAME` makes one."""


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        described = super().openapi()
        described.setdefault("components", {})["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        }
        return described


def create_app(services: Services) -> FastAPI:
    """Return the application; its lifespan ends the threads that it needs."""
    app = _Application(
        title="ocs_sim: jobs, reservations and files",
        version="1",
        description=_DESCRIPTION,
        lifespan=_lifespan,
        # FastAPI's own pages take their scripts from the internet.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Gateway, router=app.router)
    app.state.services = services
    app.state.threads = Threads()
    app.state.turns = Turns()
    app.state.hub = Hub()
    app.state.watch = JobWatch(services, app.state.threads, app.state.hub)
    handle_refusals(app)
    # What Photon Ranch has comes before our own routes, which have a site in its place.
    for router in (jobs, claims, views, calendar, objects, datastream, pages):
        app.include_router(router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await app.state.watch.stop()
        await app.state.threads.close()
