"""The HTTP services on a real server, with real stores, and a clock that a test turns."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack

import httpx

from ocs_sim.auth import LocalIssuer, SiteKeys, TokenVerifier
from ocs_sim.jobs import JobStore, job_table
from ocs_sim.ranch import RanchServer, Services, create_app
from ocs_sim.ranch._threads import MOST_THREADS
from ocs_sim.reservations import Calendar, Event, event_table, format_time
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.testing import ManualClock, free_port

SITES = frozenset({"tst", "two"})


class Ranch:
    """Serves from entering to leaving; `http` is a client of it."""

    def __init__(self, directory, *, mode="compat-open", **services):
        self.directory = directory
        self.clock = ManualClock()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._mode = mode
        self._more = {"sites": SITES, **services}
        self._stack = ExitStack()

    def __enter__(self):
        addresses = StoreAddresses(self.directory / "stores", link_base=f"{self.url}/objects")
        self.stores = self._stack.enter_context(open_stores(addresses, self.clock))
        self.issuer = LocalIssuer(self.directory, self.clock)
        self.services = Services(
            jobs=JobStore(self.stores.table(job_table()), self.clock),
            calendar=Calendar(self.stores.table(event_table()), self.clock),
            verifier=TokenVerifier([self.issuer.issuer()], self.clock),
            site_keys=SiteKeys(self.directory, self._mode),
            objects=self.stores.objects,
            clock=self.clock,
            **self._more,
        )
        self.app = create_app(self.services)
        self.loop = asyncio.new_event_loop()
        self.server = RanchServer(self.app, port=self.port)
        thread = threading.Thread(target=self._run, name="loop of the server")
        thread.start()
        self._stack.callback(self._end, thread)
        self.run(self.server.start())
        self._stack.callback(lambda: self.run(self.server.stop()))
        self.http = self._stack.enter_context(httpx.Client(base_url=self.url, timeout=20, trust_env=False))
        return self

    def __exit__(self, *_):
        self._stack.close()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def warm(self):
        """Let all threads be there, for those who look for threads that are left behind."""
        barrier = threading.Barrier(MOST_THREADS)

        async def meet():
            await asyncio.gather(*[self.app.state.threads.run(barrier.wait) for _ in range(MOST_THREADS)])

        self.run(meet())

    @property
    def jobs(self):
        return self.services.jobs

    def token(self, user="ada", roles=(), **rest):
        return self.issuer.token(user, roles, **rest)

    def headers(self, user="ada", roles=(), **rest):
        return {"Authorization": f"Bearer {self.token(user, roles, **rest)}"}

    def ask(self, user="ada", roles=(), headers=None, **changes):
        """Send a new job; return the answer."""
        body = {**WISH, "user_id": user, **changes}
        return self.http.post("/jobs/newjob", json=body, headers=headers or self.headers(user, roles))

    def asked(self, **changes):
        """Send a new job; return it."""
        answer = self.ask(**changes)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, body, **headers):
        return self.http.post(f"/jobs/{path}", json=body, headers=headers)

    def reserve(self, user, site="tst", seconds=600.0):
        now = self.clock.time()
        event = Event.of(
            {
                "event_id": f"of-{user}",
                "start": format_time(now - 60),
                "end": format_time(now + seconds),
                "site": site,
                "creator_id": user,
                "creator": user,
            }
        )
        self.services.calendar.add(event, user)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()

    def _end(self, thread):
        self.loop.call_soon_threadsafe(self.loop.stop)
        thread.join()


WISH = {
    "site": "tst",
    "device": "mount",
    "instance": "mount1",
    "action": "go",
    "user_name": "Ada",
    "user_id": "ada",
    "optional_params": {"object": "M42"},
    "required_params": {"ra": 5.5, "dec": -5, "frame": "ICRS"},
}
