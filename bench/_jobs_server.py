"""Serve jobs, and one bare FastAPI route, in one process: `_jobs_server.py DIRECTORY PORT BARE_PORT`."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from ocs_sim.auth import LocalIssuer, SiteKeys, TokenVerifier
from ocs_sim.clock import SystemClock
from ocs_sim.jobs import JobStore, job_table
from ocs_sim.ranch import RanchServer, Services, create_app
from ocs_sim.reservations import Calendar, event_table
from ocs_sim.stores import StoreAddresses, Stores, open_stores


def bare() -> FastAPI:
    app = FastAPI()

    @app.post("/bare")
    async def answer(body: dict[str, Any]) -> dict[str, Any]:
        return body

    return app


def jobs(directory: Path, stores: Stores) -> FastAPI:
    clock = SystemClock()
    services = Services(
        jobs=JobStore(stores.table(job_table()), clock),
        calendar=Calendar(stores.table(event_table()), clock),
        verifier=TokenVerifier([LocalIssuer(directory, clock).issuer()], clock),
        site_keys=SiteKeys(directory, "compat-open"),
        objects=stores.objects,
        clock=clock,
    )
    return create_app(services)


async def serve(directory: Path, port: int, bare_port: int) -> None:
    with open_stores(StoreAddresses(directory / "stores")) as stores:
        servers = [RanchServer(jobs(directory, stores), port=port), RanchServer(bare(), port=bare_port)]
        for server in servers:
            await server.start()
        token = LocalIssuer(directory, SystemClock()).token("bench", ("admin",), "bench", 3600)
        print(token, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for server in servers:
            await server.stop()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
