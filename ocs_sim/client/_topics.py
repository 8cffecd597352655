"""Listening to any topic, whoever publishes there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocs_sim.bus import Match
from ocs_sim.client import _bridge, _shared
from ocs_sim.client._feeds import FeedStream, Tap
from ocs_sim.client._where import Where, locate

_FIRST_CONTACT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published: the topic and its one argument, as it came."""

    topic: str
    payload: Any


def listen(
    topic: str,
    *,
    match: Match | None = None,
    count: int | None = None,
    timeout_seconds: float | None = None,
    site_file: str | Path | None = None,
    site_host: str | None = None,
) -> FeedStream:
    """Iterate over the `Publication`s on a topic from now on.

    A topic with an empty word (`observatory..feeds.heartbeat`) matches any word there, one that ends with
    a dot whatever follows; `match` says so explicitly. Close the stream, or use it as a context manager.
    """
    where = locate(site_file, site_host)
    return _bridge.wait(_open(where, topic, match or _match(topic), count, timeout_seconds))


class TopicStream(FeedStream):
    """A stream with a connection of its own to give back."""

    def __init__(self, tap: Tap, count: int | None, timeout_seconds: float | None, where: Where) -> None:
        super().__init__(tap, count, timeout_seconds)
        self._where: Where | None = where

    def close(self) -> None:
        """Stop listening."""
        super().close()
        where, self._where = self._where, None
        if where is not None:
            _bridge.wait(_shared.release(where))


async def _open(
    where: Where, topic: str, match: Match, count: int | None, timeout_seconds: float | None
) -> TopicStream:
    connection = await _shared.acquire(where)
    try:
        await connection.wait_joined(_FIRST_CONTACT_SECONDS)
        tap = await Tap(connection, topic, _publications, match).open()
    except BaseException:
        await _shared.release(where)
        raise
    return TopicStream(tap, count, timeout_seconds, where)


def _publications(topic: str, payload: Any) -> Iterable[Publication]:
    return [Publication(topic, payload)]


def _match(topic: str) -> Match:
    if ".." in topic or topic.startswith("."):
        return "wildcard"
    return "prefix" if topic.endswith(".") else "exact"
