"""Who is on the bus, by their heartbeats. The coroutine runs on the bus's loop."""

from __future__ import annotations

import asyncio
import difflib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocs_sim.bus import Connection
from ocs_sim.client import _bridge, _shared
from ocs_sim.client._where import Where, locate
from ocs_sim.wire import BadFeedMessage, OpCode, agent_address, decode_publication, every_heartbeat

DEFAULT_SECONDS = 2.0
_FIRST_CONTACT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SeenAgent:
    """An agent whose heart beats; `last_seen` is unix seconds, `age_seconds` how long ago that is."""

    instance_id: str
    address: str
    agent_class: str
    operations: Mapping[str, OpCode]
    last_seen: float
    age_seconds: float
    boot_id: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)


def discover(
    seconds: float = DEFAULT_SECONDS,
    *,
    site_file: str | Path | None = None,
    site_host: str | None = None,
    address_root: str | None = None,
) -> list[SeenAgent]:
    """Listen to heartbeats, which come each second, and return the agents heard, by id."""
    where = locate(site_file, site_host, address_root)
    return _bridge.wait(_discover(where, seconds))


async def discover_async(
    seconds: float = DEFAULT_SECONDS,
    *,
    site_file: str | Path | None = None,
    site_host: str | None = None,
    address_root: str | None = None,
) -> list[SeenAgent]:
    """Do as `discover` does, without blocking."""
    where = locate(site_file, site_host, address_root)
    return await _bridge.over(_discover(where, seconds))


async def _discover(where: Where, seconds: float) -> list[SeenAgent]:
    connection = await _shared.acquire(where)
    try:
        await connection.wait_joined(_FIRST_CONTACT_SECONDS)
        return await listen(connection, where.address_root, seconds)
    finally:
        await _shared.release(where)


async def listen(connection: Connection, address_root: str, seconds: float) -> list[SeenAgent]:
    """Collect heartbeats for some seconds."""
    heard: dict[str, tuple[float, Any, dict[str, OpCode]]] = {}

    def note(publication: Any, *, topic: str) -> None:
        try:
            message = decode_publication(publication, topic)
            codes = {str(name): OpCode(code) for name, code in message.message.items()}
        except (BadFeedMessage, ValueError, AttributeError):
            return
        heard[message.feed.agent_address] = (time.time(), message.feed, codes)

    subscription = await connection.subscribe(
        every_heartbeat(address_root), note, "wildcard", with_topic=True
    )
    try:
        await asyncio.sleep(seconds)
    finally:
        await connection.unsubscribe(subscription)
    now, prefix = time.time(), agent_address(address_root, "")
    return [
        SeenAgent(
            address.removeprefix(prefix),
            address,
            feed.agent_class,
            codes,
            when,
            now - when,
            feed.session_id,
            feed.extras,
        )
        for address, (when, feed, codes) in sorted(heard.items())
    ]


def hint_of(instance_id: str, seen: list[str]) -> str:
    """Return the sentence that helps someone who asked for an agent that is not there."""
    if not seen:
        return "No agent was heard at all: `obsbow up` starts them."
    near = difflib.get_close_matches(instance_id, seen, n=1)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return f"{guess}Agents heard: {', '.join(seen)}."
