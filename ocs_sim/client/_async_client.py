"""The client for asyncio programs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

from ocs_sim.bus import Connection
from ocs_sim.client import _bridge
from ocs_sim.client._api import AgentApi
from ocs_sim.client._base import DEFAULT_TIMEOUT_SECONDS, BaseClient, opening
from ocs_sim.client._feeds import AsyncFeedStream, Convert, Subscription, Tap, split, whole
from ocs_sim.client._opening import first_contact
from ocs_sim.client._operations import AsyncOperation
from ocs_sim.wire import FeedMessage


class AsyncClient(BaseClient[AsyncOperation]):
    """Client with methods to await, on any asyncio loop: `client = await AsyncClient("data1")`.

    Or `async with AsyncClient("data1") as client: await client.acq.start()`.
    """

    def __init__(
        self,
        instance_id: str,
        *,
        site_file: str | Path | None = None,
        site_host: str | None = None,
        address_root: str | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        password: str | None = None,
        connection: Connection | None = None,
    ) -> None:
        """Find the router in the site file; await the client to have it ask the agent what it offers."""
        super().__init__(
            opening(
                instance_id,
                site_file=site_file,
                site_host=site_host,
                address_root=address_root,
                timeout_seconds=timeout_seconds,
                password=password,
                connection=connection,
            )
        )
        self._open = False

    def __await__(self) -> Generator[Any, None, AsyncClient]:
        return self._connect().__await__()

    async def _connect(self) -> AsyncClient:
        if not self._open:
            self._port = await _bridge.over(self._opening.open())
            self._open = True
            try:
                self._adopt(await _bridge.over(first_contact(self._port)))
            except BaseException:
                await self.disconnect()
                raise
        return self

    async def refresh(self) -> AgentApi:
        """Ask the agent again what it offers."""
        self._adopt(await _bridge.over(self._port.api()))
        return self._api

    async def subscribe(self, feed: str, handler: Callable[[FeedMessage], object]) -> Subscription:
        """Call `handler(FeedMessage)`, in a thread of its own, with all that a feed publishes from now on."""
        return Subscription(await self._tap(feed, whole), handler)

    async def feed(
        self, name: str, *, count: int | None = None, timeout_seconds: float | None = None
    ) -> AsyncFeedStream:
        """Return an async iterator over what a feed publishes: `async for block in await client.feed(...)`.

        `Block`s if it is recorded, else its messages; ends after `count` items, or when nothing comes for
        `timeout_seconds`.
        """
        return AsyncFeedStream(await self._tap(name, split), count, timeout_seconds)

    async def disconnect(self) -> None:
        """Leave the bus, if no other client of this program needs it."""
        if self._open:
            self._open = False
            await _bridge.over(self._opening.close())

    close = disconnect

    async def _tap(self, feed: str, convert: Convert) -> Tap:
        return await _bridge.over(Tap(self._port.connection, self.topic(feed), convert).open())

    def _wrap(self, api: AgentApi) -> Mapping[str, AsyncOperation]:
        return {name: AsyncOperation(self._port, info) for name, info in api.operations.items()}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if "_api" not in vars(self):
            raise AttributeError(f"{name}: await this AsyncClient first, which asks the agent what it offers")
        raise self._unknown(name)

    async def __aenter__(self) -> AsyncClient:
        return await self._connect()

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()
