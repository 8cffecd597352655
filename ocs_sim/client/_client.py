"""The blocking client, for scripts, shells and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ocs_sim.bus import Connection
from ocs_sim.client import _bridge
from ocs_sim.client._api import AgentApi
from ocs_sim.client._base import DEFAULT_TIMEOUT_SECONDS, BaseClient, opening
from ocs_sim.client._feeds import Convert, FeedStream, Subscription, Tap, split, whole
from ocs_sim.client._opening import first_contact
from ocs_sim.client._operations import Operation
from ocs_sim.wire import FeedMessage


class Client(BaseClient[Operation]):
    """An agent on the bus: `Client("data1").acq.start()`.

    Calling a task runs it and waits for its end, with a progress bar for a person who watches:
    `client.delay_task(delay=5)`. Every request gives a Reply, also when the agent says no; exceptions mean
    that there was no answer.
    """

    def __init__(
        self,
        instance_id: str,
        *,
        site_file: str | Path | None = None,
        site_host: str | None = None,
        address_root: str | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        progress: bool | None = None,
        password: str | None = None,
        connection: Connection | None = None,
    ) -> None:
        """Find the router in the site file and ask the agent what it offers.

        `timeout_seconds` is how long an answer may take, and how long the agent or the router may be away
        (restarting, say) before a request fails. `password` is for agents with access control.
        Raises RouterUnreachable, UnknownAgent with the ids that were heard, or what is wrong with the site
        file.
        """
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
        self._progress = progress
        self._open = True
        self._port = _bridge.wait(self._opening.open())
        try:
            self._adopt(_bridge.wait(first_contact(self._port)))
        except BaseException:
            self.disconnect()
            raise

    def refresh(self) -> AgentApi:
        """Ask the agent again what it offers; done by itself when an unknown operation is used."""
        self._adopt(_bridge.wait(self._port.api()))
        return self._api

    def subscribe(self, feed: str, handler: Callable[[FeedMessage], object]) -> Subscription:
        """Call `handler(FeedMessage)`, in a thread of its own, with all that a feed publishes from now on."""
        return Subscription(self._tap(feed, whole), handler)

    def feed(
        self, name: str, *, count: int | None = None, timeout_seconds: float | None = None
    ) -> FeedStream:
        """Iterate over what a feed publishes from now on: `Block`s if it is recorded, else its messages.

        Ends after `count` items, or when nothing comes for `timeout_seconds`.
        """
        return FeedStream(self._tap(name, split), count, timeout_seconds)

    def disconnect(self) -> None:
        """Leave the bus, if no other client of this program needs it; `with Client(...)` does so."""
        if self._open:
            self._open = False
            _bridge.wait(self._opening.close())

    close = disconnect

    def _tap(self, feed: str, convert: Convert) -> Tap:
        return _bridge.wait(Tap(self._port.connection, self.topic(feed), convert).open())

    def _wrap(self, api: AgentApi) -> Mapping[str, Operation]:
        return {name: Operation(self._port, info, self._progress) for name, info in api.operations.items()}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "_api" not in vars(self):
            raise AttributeError(name)
        # The agent may have been restarted with more than it had.
        self.refresh()
        if name in vars(self):
            return vars(self)[name]
        raise self._unknown(name)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()
