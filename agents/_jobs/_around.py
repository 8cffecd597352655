"""What steps look at when they begin: the monitors of other agents, the Sun, and headers of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ocs_sim.clock import Clock
from ocs_sim.errors import ObservatoryError
from ocs_sim.site import SiteIdentity
from ocs_sim.stores import StoreError

from ._desk import Desk
from ._peers import PeerAway, Peers

_MONITOR = "monitor"


class UnknownNow(ObservatoryError):
    """It is not known now {what}, which this needs."""


class Around:
    """Asks the agents of one site; `agents` are instance ids by role."""

    def __init__(
        self,
        peers: Peers,
        agents: Mapping[str, str],
        identity: SiteIdentity | None,
        clock: Clock,
        desk: Desk,
        headers: Callable[[str], Mapping[str, Any] | None],
    ) -> None:
        self._peers = peers
        self._agents = agents
        self._identity = identity
        self._clock = clock
        self._desk = desk
        self._headers = headers

    async def reading(self, agent: str, name: str) -> float:
        """Return a number that the monitor of an agent told last. Raises UnknownNow."""
        try:
            session = await self._peers.status(self._agents.get(agent, agent), _MONITOR)
        except PeerAway as away:
            raise UnknownNow(what=f"what {name} is: {away}") from away
        data = session.get("data")
        value = data.get(name) if isinstance(data, Mapping) else None
        if not isinstance(value, int | float):
            raise UnknownNow(what=f"what {name} is: {agent} does not tell")
        return float(value)

    async def sun_azimuth(self) -> float:
        """Return the Sun's azimuth in degrees, by the mount's clock. Raises UnknownNow."""
        # Few jobs ask for it, and it needs numpy.
        from ocs_sim.almanac import Place, sun

        if self._identity is None:
            raise UnknownNow(what="where this site is")
        where = self._identity
        place = Place(where.latitude_deg, where.longitude_deg, where.elevation_m)
        offset_seconds = await self.reading("mount", "clock_offset")
        return float(sun(place, self._clock.time() + offset_seconds).azimuth_degrees)

    async def header(self, image: str) -> Mapping[str, Any]:
        """Return the header of an image of this site. Raises UnknownNow."""
        try:
            found = await self._desk.call(self._headers, image)
        except StoreError as fault:
            raise UnknownNow(what=f"where image {image!r} points: {fault}") from fault
        if not found:
            raise UnknownNow(what=f"where image {image!r} points: there is no header of it here")
        return found
