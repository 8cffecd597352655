"""Who is being recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ocs_sim.wire import FeedInfo

_FRESH_SECONDS = 180.0


@dataclass
class Provider:
    """One feed of one run of an agent."""

    session_id: str
    agent_address: str
    fresh_seconds: float
    last_refresh: float
    last_block: str = ""
    blocks: int = 0
    samples: int = 0

    def note(self, block: str, samples: int, now: float) -> None:
        """Count a block that arrived."""
        self.last_refresh, self.last_block = now, block
        self.blocks += 1
        self.samples += samples

    def encode(self, now: float) -> dict[str, Any]:
        """Return the feed as OCS's session data has it, with what was counted added."""
        return {
            "last_refresh": self.last_refresh,
            "sessid": self.session_id,
            "stale": now - self.last_refresh > self.fresh_seconds,
            "last_block_received": self.last_block,
            "blocks": self.blocks,
            "samples": self.samples,
        }


class Providers:
    """The feeds ever seen, by address, and the agents that nobody has asked for units yet."""

    def __init__(self) -> None:
        self._known: dict[str, Provider] = {}
        self._newcomers: dict[str, None] = {}

    def meet(self, info: FeedInfo, now: float) -> Provider:
        """Return what is kept of a feed, begun anew with each run of its publisher."""
        provider = self._known.get(info.address)
        if provider is None or provider.session_id != info.session_id:
            provider = self._known[info.address] = Provider(
                info.session_id, info.agent_address, _fresh_seconds(info.agg_params), now
            )
            self._newcomers[info.agent_address] = None
        return provider

    def take_newcomers(self) -> list[str]:
        """Return the addresses of agents that were not there, or not with this run, before."""
        newcomers = list(self._newcomers)
        for address in newcomers:
            self._newcomers.pop(address, None)
        return newcomers

    def encode(self, now: float) -> dict[str, dict[str, Any]]:
        """Return all of them for the session data."""
        return {address: provider.encode(now) for address, provider in list(self._known.items())}


def _fresh_seconds(agg_params: Mapping[str, Any]) -> float:
    told = agg_params.get("fresh_time")
    return float(told) if isinstance(told, int | float) and told > 0 else _FRESH_SECONDS
