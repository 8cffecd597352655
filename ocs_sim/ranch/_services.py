"""What the routes work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from starlette.requests import HTTPConnection

from ocs_sim.ranch._threads import Threads

if TYPE_CHECKING:
    from ocs_sim.auth import SiteKeys, Verifier
    from ocs_sim.clock import Clock
    from ocs_sim.jobs import JobStore
    from ocs_sim.reservations import Calendar
    from ocs_sim.stores import ObjectStore

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Services:
    """The stores and judges behind the routes; `sites` are the known codes, None when any may come."""

    jobs: JobStore
    calendar: Calendar
    verifier: Verifier
    site_keys: SiteKeys
    objects: ObjectStore
    clock: Clock
    sites: frozenset[str] | None = None
    max_upload_bytes: int = 2 * 1024**3


def services_of(connection: HTTPConnection) -> Services:
    """Return the services of the application that serves a request or a websocket."""
    return cast("Services", connection.app.state.services)


async def in_thread(connection: HTTPConnection, work: Callable[[], Result]) -> Result:
    """Let a thread of the application do what may block, and return what it returns."""
    threads: Threads = connection.app.state.threads
    return await threads.run(work)
