"""One connection per process and router, however many clients use it. All of it runs on the bus's loop."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
from dataclasses import dataclass

from ocs_sim.bus import Connection
from ocs_sim.client._where import Where


@dataclass
class _Entry:
    connection: Connection
    users: int = 0


_entries: dict[Where, _Entry] = {}
_registered = False
_GOODBYE_SECONDS = 2.0


async def acquire(where: Where) -> Connection:
    """Return the started connection to a router, to be given back with `release`."""
    global _registered  # noqa: PLW0603 - there is one end of the program
    if not _registered:
        # Not earlier: what is registered later is called earlier, and the loop must still be there.
        atexit.register(_at_exit, asyncio.get_running_loop())
        _registered = True
    entry = _entries.get(where)
    if entry is None:
        entry = _entries[where] = _Entry(Connection(where.endpoints, where.realm, name="client"))
        entry.connection.start()
    entry.users += 1
    return entry.connection


async def release(where: Where) -> None:
    """Give a connection back; the last user's closes it."""
    entry = _entries.get(where)
    if entry is None:
        # The program ends, and all were closed while this user was being interrupted.
        return
    entry.users -= 1
    if not entry.users:
        del _entries[where]
        await entry.connection.close()


async def _close_all() -> None:
    while _entries:
        _, entry = _entries.popitem()
        await entry.connection.close()


def _at_exit(loop: asyncio.AbstractEventLoop) -> None:
    """Say goodbye to the router for a program that did not, while its loop still runs."""
    if _entries and loop.is_running():
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_close_all(), loop).result(_GOODBYE_SECONDS)
