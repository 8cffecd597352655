"""Api: the observatory's HTTP services, for who commands it from elsewhere."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from ocs_sim.agent import Agent, AgentContext, Run, process
from ocs_sim.auth import AuthError
from ocs_sim.jobs import JobError
from ocs_sim.ranch import RanchError, RanchServer, Services, create_app
from ocs_sim.stores import StoreError, open_stores

from ._api_links import fault_of_links
from ._api_options import ApiOptions
from ._api_services import services_of

_PERIOD_SECONDS = 10.0
_AGAIN_SECONDS = 2.0


class Api(Agent[ApiOptions]):
    """Serves jobs, their changes, reservations and files over HTTP, as Photon Ranch does."""

    Options = ApiOptions
    aliases = ("ApiAgent",)

    def __init__(self, context: AgentContext[ApiOptions]) -> None:
        super().__init__(context)
        self.start_when_joined("serve")

    @process()
    async def serve(self, run: Run) -> str:
        """serve()

        **Process** - Serve HTTP until stopped; starts by itself.

        `session['data']` is `{"address": "http://127.0.0.1:8010", "port": 8010, "site_keys": "compat-open",
        "sites": ["tst"], "links": "http://127.0.0.1:8010/objects"}`; `sites` is null when jobs for any site
        are taken, and links to files begin with `links`. While another program has the port, or the stores
        cannot be opened, it is degraded, and tries again.

        """
        async with AsyncExitStack() as stack:
            server, services = await self._begin(run, stack)
            self.log.info("serving at %s", server.address)
            if fault := fault_of_links(self.context.site.stores, server):
                self.log.warning("%s: say the same in `stores: link-base` and `--port`", fault)
            run.data = self._facts(server)
            async for _ in run.every(_PERIOD_SECONDS):
                await asyncio.to_thread(self._expire, services)
        return "Served until asked to end."

    async def _begin(self, run: Run, stack: AsyncExitStack) -> tuple[RanchServer, Services]:
        while True:
            try:
                async with AsyncExitStack() as attempt:
                    started = await self._start(attempt)
                    stack.push_async_exit(attempt.pop_all())
                    run.recovered()
                    return started
            except (RanchError, StoreError, AuthError) as fault:
                run.degraded(str(fault))
            await run.sleep_async(_AGAIN_SECONDS)

    async def _start(self, stack: AsyncExitStack) -> tuple[RanchServer, Services]:
        stores = open_stores(self.context.site.stores, self.context.clock)
        stack.callback(stores.close)
        # AWS may take its time, and so may a disk.
        services = await asyncio.to_thread(services_of, self.context, stores)
        server = RanchServer(create_app(services), self.options.host, self.options.port)
        await server.start()
        stack.push_async_callback(server.stop)
        return server, services

    def _expire(self, services: Services) -> None:
        if not self.options.oldest:
            return
        try:
            for site in self.context.site.observatories:
                services.jobs.expire(site, self.options.oldest)
        except (StoreError, JobError) as fault:
            self.log.warning("jobs that are too old stay: %s", fault)

    def _facts(self, server: RanchServer) -> dict[str, Any]:
        site = self.context.site
        return {
            "address": server.address,
            "port": server.port,
            "site_keys": self.options.site_keys,
            "links": site.stores.link_base,
            "sites": None if self.options.any_site else sorted(site.observatories) or None,
        }
