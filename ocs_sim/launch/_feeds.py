"""What is counted of every recorded feed of a site, as the Aggregator or else the agents themselves say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from ocs_sim.bus import BusError, CallTimedOut, HttpCaller, NoSuchProcedure, RouterUnreachable
from ocs_sim.clock import Clock, SystemClock
from ocs_sim.launch._layout import Layout
from ocs_sim.wire import agent_address, ops_address

AGGREGATOR_CLASSES = ("AggregatorAgent", "Aggregator")
_ANSWER_SECONDS = 1.0
_MOST_AT_ONCE = 16
_BY_AGENT = ("published", "waiting", "dropped", "bytes")
_BY_AGGREGATOR = (*_BY_AGENT, "received", "replayed", "duplicate", "lost", "blocks_per_second")


@dataclass(frozen=True)
class Counted:
    """One feed at one moment, in blocks; None is what nobody knows.

    `published`, `waiting` (kept, not sent yet) and `dropped` (thrown away before they were sent) are the
    publisher's; the rest is the Aggregator's. Latencies in seconds, from publication until durable;
    `last_block` in unix seconds; `stale` when nothing has come for minutes.
    """

    name: str
    address: str
    published: int | None = None
    waiting: int | None = None
    dropped: int | None = None
    received: int | None = None
    replayed: int | None = None
    duplicate: int | None = None
    lost: int | None = None
    bytes: int | None = None
    blocks_per_second: float | None = None
    latency_p50: float | None = None
    latency_p99: float | None = None
    last_block: float | None = None
    stale: bool = False


@dataclass(frozen=True)
class Look:
    """All feeds at one moment; `aggregator` is the instance-id of the one that records, None without.

    `pending_blocks` are those that it knows to lack, and asks for.
    """

    at: float
    aggregator: str | None
    feeds: Mapping[str, Counted] = field(default_factory=dict)
    pending_blocks: int = 0


class FeedWatcher:
    """Looks at the feeds of a site, through the router's web service."""

    def __init__(self, layout: Layout, clock: Clock | None = None) -> None:
        self._layout = layout
        self._clock = clock or SystemClock()
        self._caller = HttpCaller(layout.host.hub.wamp_http, timeout_seconds=_ANSWER_SECONDS)
        self._instances = [each for host in layout.site.hosts.values() for each in host.instances]
        self._pool = ThreadPoolExecutor(min(_MOST_AT_ONCE, max(1, len(self._instances))))

    def __enter__(self) -> FeedWatcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        self._caller.close()

    def look(self) -> Look:
        """Return what is true now; raises BusError when the router does not answer."""
        self._require_router()
        at = self._clock.time()
        asked = [(each.instance_id, self._address(each.instance_id)) for each in self._instances]
        answers = self._pool.map(lambda each: self._call(each[1], "get_feeds"), asked)
        found = {}
        for (_, address), answer in zip(asked, answers, strict=True):
            found.update({counted.address: counted for counted in _of_agent(answer, address)})
        aggregator, data = self._recording()
        for address, counted in _of_aggregator(data).items():
            found[address] = _merged(found.get(address), counted)
        feeds = {found[address].name: found[address] for address in sorted(found)}
        return Look(at, aggregator, feeds, int((data.get("replay") or {}).get("pending_blocks") or 0))

    def _recording(self) -> tuple[str | None, Mapping[str, Any]]:
        found: list[tuple[bool, str, Mapping[str, Any]]] = []
        for each in self._instances:
            if each.agent_class in AGGREGATOR_CLASSES:
                answer = self._call(ops_address(self._address(each.instance_id)), "status", "record")
                if answer and (answer[2] or {}).get("status") in ("starting", "running", "stopping"):
                    degraded, data = bool(answer[2].get("degraded")), answer[2].get("data") or {}
                    found.append((degraded, each.instance_id, data))
        # One that waits for another to end records nothing.
        _, aggregator, data = min(found, key=lambda each: each[0], default=(False, None, {}))
        return aggregator, data

    def _address(self, instance_id: str) -> str:
        return agent_address(self._layout.host.hub.address_root, instance_id)

    def _require_router(self) -> None:
        try:
            self._caller.call(self._address("_crossbar_check_"))
        except NoSuchProcedure:
            return
        except CallTimedOut:
            url = self._layout.host.hub.wamp_http
            fault = f"{url}: no answer within {_ANSWER_SECONDS:g} s"
            raise RouterUnreachable(url=url, fault=fault) from None

    def _call(self, procedure: str, *arguments: Any) -> Any:
        try:
            return self._caller.call(procedure, *arguments)
        except BusError:
            return None


def _of_agent(answer: Any, address: str) -> Iterable[Counted]:
    """Return the recorded feeds that an agent tells of; OCS's agents count nothing."""
    for pair in answer or ():
        about = pair[1] if isinstance(pair, list) and len(pair) == 2 else None
        if not isinstance(about, Mapping) or not about.get("record"):
            continue
        counters = about.get("counters") or {}
        known: dict[str, Any] = {name: counters.get(name) for name in _BY_AGENT}
        feed = f"{address}.feeds.{pair[0]}"
        yield Counted(_name(feed), feed, **known)


def _of_aggregator(data: Mapping[str, Any]) -> dict[str, Counted]:
    providers = data.get("providers") or {}
    found = {}
    for address, counters in (data.get("feeds") or {}).items():
        known: dict[str, Any] = {name: counters.get(name) for name in _BY_AGGREGATOR}
        provider = providers.get(address) or {}
        found[address] = Counted(
            _name(address),
            address,
            **known,
            latency_p50=_seconds(counters.get("latency_p50_ms")),
            latency_p99=_seconds(counters.get("latency_p99_ms")),
            last_block=provider.get("last_refresh"),
            stale=bool(provider.get("stale")),
        )
    return found


def _merged(by_agent: Counted | None, by_aggregator: Counted) -> Counted:
    """Return what both know; of what is published and waits, the publisher's own word is newer."""
    if by_agent is None or by_agent.published is None:
        return by_aggregator
    return replace(
        by_aggregator, published=by_agent.published, waiting=by_agent.waiting, dropped=by_agent.dropped
    )


def _name(feed_address: str) -> str:
    agent, _, feed = feed_address.partition(".feeds.")
    return f"{agent.rpartition('.')[2]}.{feed}"


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
