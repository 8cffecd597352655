"""All routes in one application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ocs_sim.ranch._gateway import Gateway
from ocs_sim.ranch._refusals import handle_refusals
from ocs_sim.ranch._services import Services
from ocs_sim.ranch._threads import Threads


def create_app(services: Services) -> FastAPI:
    """Return the application; its lifespan starts and ends the threads that it needs."""
    app = FastAPI(
        title="ocs_sim: jobs, reservations and files",
        version="1",
        description=_DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Gateway, router=app.router)
    app.state.services = services
    app.state.threads = Threads()
    handle_refusals(app)
    return app


_DESCRIPTION = "The jobs service of Photon Ranch, its calendar, and files by signed links."


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    try:
        yield
    finally:
        app.state.threads.close()
