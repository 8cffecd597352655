"""A simulated observatory and the server of its devices, made from a few settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ocs_sim.almanac import Place
from ocs_sim.alpaca._device import unique_id
from ocs_sim.alpaca._management import ServerDescription
from ocs_sim.alpaca._server import DEFAULT_PORT, AlpacaServer
from ocs_sim.alpaca._world_panel import WorldPanel
from ocs_sim.alpaca._world_wishes import advance, inject, iso, jump_to, set_rate

__all__ = ["WorldServer", "WorldSettings", "advance", "inject", "iso", "jump_to", "make_world", "set_rate"]

if TYPE_CHECKING:
    from ocs_sim.clock import Clock
    from ocs_sim.world import World


@dataclass(frozen=True)
class WorldSettings:
    """What a world is, and where its devices are served.

    `profile` names one of the package's or is the path of a YAML file; `start` is "now", "night", ISO 8601 or
    unix seconds; `time_rate` 0 lets time stand still; `sky` is a catalogue file, `script` one of events.
    `site_code` makes its devices' unique IDs those of a site; `place` is the profile's own without one.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    discovery_port: int | None = None
    profile: str = "fast"
    seed: int = 1
    start: str = "now"
    time_rate: float = 1.0
    sky: Path | None = None
    script: Path | None = None
    place: Place | None = None
    site_code: str = ""
    site_name: str = ""


class WorldServer:
    """A world behind Alpaca, from `start()` to `stop()`."""

    def __init__(self, settings: WorldSettings, clock: Clock | None = None) -> None:
        """Make both; raises WorldError for settings that make no sense, and sky's for a bad catalogue."""
        from ocs_sim.alpaca.simulated import simulated_devices

        self.settings = settings
        self.world = make_world(settings, clock)
        devices = simulated_devices(self.world)
        for device in devices if settings.site_code else ():
            device.unique_id = unique_id(settings.site_code, device.device_type, device.number)
        self.server = AlpacaServer(
            devices,
            host=settings.host,
            port=settings.port,
            discovery_port=settings.discovery_port,
            description=_description(settings, self.world),
            panels=[WorldPanel(self.world)],
        )

    @property
    def address(self) -> str:
        """Return `http://host:port`."""
        return self.server.address

    async def start(self) -> None:
        """Begin to serve; raises AddressTaken or DiscoveryTaken."""
        await self.server.start()

    async def stop(self) -> None:
        """Stop serving."""
        await self.server.stop()


def make_world(settings: WorldSettings, clock: Clock | None = None) -> World:
    """Return the world that settings describe, its clock set off from `clock`."""
    from ocs_sim.world import World, WorldClock, load_profile, play

    profile = load_profile(settings.profile)
    place = settings.place or profile.place
    stands = settings.time_rate == 0
    world_clock = WorldClock(
        clock, settings.start, 1.0 if stands else settings.time_rate, stepped=stands, place=place
    )
    world = World(
        profile,
        clock=world_clock,
        seed=settings.seed,
        place=place,
        catalogue=settings.sky,
    )
    if settings.script is not None:
        play(world, settings.script)
    if settings.sky is not None:
        # Now, while somebody reads what is wrong with it.
        _ = world.catalogue
    return world


def _description(settings: WorldSettings, world: World) -> ServerDescription:
    place = world.place
    where = f"{place.latitude_degrees:.4f}, {place.longitude_degrees:.4f}, {place.elevation_metres:.0f} m"
    name = settings.site_name or "Simulated observatory"
    return ServerDescription(f"{name} (simulated)" if settings.site_name else name, where)
