"""What the blocking client and its async twin have in common: knowing the agent's operations and feeds."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from ocs_sim.bus import Connection
from ocs_sim.client._api import AgentApi, FeedDescription
from ocs_sim.client._errors import UnknownFeed, UnknownOperation
from ocs_sim.client._opening import Opening
from ocs_sim.client._port import AgentPort
from ocs_sim.client._where import locate
from ocs_sim.wire import check_name, feed_address

Op = TypeVar("Op")
DEFAULT_TIMEOUT_SECONDS = 15.0
HEARTBEAT = "heartbeat"


class BaseClient(Generic[Op]):
    """An agent whose operations are attributes.

    An operation wins over a method of the client that is called the same (a dome has a `close`);
    `operations` has all of them under their own names.
    """

    _port: AgentPort
    _api: AgentApi
    # Names that are the client's own even if an agent has operations called so.
    _reserved: ClassVar[frozenset[str]] = frozenset({"api", "feeds", "operations", "instance_id", "address"})

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self.instance_id = opening.instance_id
        self.operations: Mapping[str, Op] = {}

    @property
    def address(self) -> str:
        """The agent's address on the bus."""
        return self._port.address

    @property
    def api(self) -> AgentApi:
        """What the agent offers, as of the last `refresh`."""
        return self._api

    @property
    def feeds(self) -> Mapping[str, FeedDescription]:
        """The agent's feeds by name."""
        return self._api.feeds

    def _wrap(self, api: AgentApi) -> Mapping[str, Op]:
        raise NotImplementedError

    def _adopt(self, api: AgentApi) -> None:
        """Replace the attributes by what the agent offers now."""
        for name in _attributes(self._api) if hasattr(self, "_api") else ():
            vars(self).pop(name, None)
        self._api = api
        self.operations = self._wrap(api)
        for name, operation in self.operations.items():
            attribute = api.operations[name].attribute
            if attribute not in self._reserved and not attribute.startswith("_"):
                vars(self)[attribute] = operation

    def _unknown(self, name: str) -> UnknownOperation:
        hint = _hint(name, self._api.operations, "It has no operations.")
        return UnknownOperation(instance_id=self.instance_id, name=name, hint=hint)

    def operation(self, name: str) -> Op:
        """Return the operation with this name; raise UnknownOperation, which lists those that there are."""
        if name not in self.operations:
            raise self._unknown(name)
        return self.operations[name]

    def topic(self, feed: str) -> str:
        """Return the topic of a feed; raise UnknownFeed, which lists those that there are."""
        if feed not in self._api.feeds and feed != HEARTBEAT:
            hint = _hint(feed, self._api.feeds, "It has no feeds.")
            raise UnknownFeed(instance_id=self.instance_id, name=feed, hint=hint)
        return feed_address(self._port.address, feed)

    def __dir__(self) -> Iterable[str]:
        return [name for name in super().__dir__() if not name.startswith("_")]

    def __repr__(self) -> str:
        kinds = {kind: [] for kind in ("task", "process")}  # type: dict[str, list[str]]
        for info in self._api.operations.values():
            kinds[info.kind].append(info.name)
        lines = [f"<{type(self).__name__} of {self._port.address} ({self._api.agent_class})"]
        lines.append(f"  tasks: {', '.join(kinds['task']) or '-'}")
        lines.append(f"  processes: {', '.join(kinds['process']) or '-'}")
        lines.append(f"  feeds: {', '.join(self._api.feeds) or '-'}>")
        return "\n".join(lines)


def opening(
    instance_id: str,
    *,
    site_file: str | Path | None,
    site_host: str | None,
    address_root: str | None,
    timeout_seconds: float,
    password: str | None,
    connection: Connection | None,
) -> Opening:
    """Return what a client needs to open its agent; reads the site file unless given a connection."""
    check_name(instance_id, "site's agent")
    if connection is not None:
        root = address_root or "observatory"
        return Opening(instance_id, None, connection, root, timeout_seconds, password)
    where = locate(site_file, site_host, address_root)
    return Opening(instance_id, where, None, where.address_root, timeout_seconds, password)


def _attributes(api: AgentApi) -> list[str]:
    return [info.attribute for info in api.operations.values()]


def _hint(name: str, known: Mapping[str, Any], otherwise: str) -> str:
    if not known:
        return otherwise
    near = difflib.get_close_matches(name, known, n=1)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return f"{guess}It has {', '.join(known)}."
