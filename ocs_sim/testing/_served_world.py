"""A simulated observatory behind a real Alpaca server, in a thread of the test's own process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.alpaca import AlpacaServer, Device
    from ocs_sim.world import World

# The coming night would be another one each day: with another Moon, other weather and other stars.
A_NIGHT = "2026-11-10T05:00:00Z"
_START_SECONDS = 30.0
_STOP_SECONDS = 30.0


@dataclass(frozen=True)
class ServedWorld:
    """A world and the port at which its devices, each number 0 of its type, are served on 127.0.0.1."""

    world: World
    port: int
    devices: tuple[Device, ...]
    host: str = "127.0.0.1"

    @property
    def address(self) -> str:
        """What alpyca wants to be told: `host:port`."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Where the devices are: `http://host:port/api/v1`."""
        return f"http://{self.address}/api/v1"


@contextmanager
def served_world(
    profile: str | Path = "fast",
    *,
    rate: float = 1.0,
    stepped: bool = False,
    start: float | str = A_NIGHT,
    seed: int = 1,
    port: int = 0,
    catalogue: Any = None,
    overrides: dict[str, Any] | None = None,
) -> Iterator[ServedWorld]:
    """Serve a world for the time of a `with`, at a free port unless `port` says which.

    It begins at `start`: one and the same night at new Moon unless the test says another; see WorldClock.
    Its clock runs at `rate`, or only when the test says `served.world.clock.advance(seconds)` (`stepped`).
    `overrides` set single numbers of the profile: `{"camera.width": 256}`.
    """
    from ocs_sim.alpaca import AlpacaServer
    from ocs_sim.alpaca.simulated import simulated_devices
    from ocs_sim.world import World, WorldClock, load_profile

    found = load_profile(profile, **(overrides or {}))
    clock = WorldClock(start=start, rate=rate, stepped=stepped, place=found.place)
    world = World(found, clock=clock, seed=seed, catalogue=catalogue)
    devices = tuple(simulated_devices(world))
    with serving(AlpacaServer(devices, port=port)) as taken:
        yield ServedWorld(world, taken, devices)


@contextmanager
def serving(server: AlpacaServer) -> Iterator[int]:
    """Serve in a thread for the time of a `with`, which is given the port."""
    thread = _ServerThread(server)
    thread.start()
    try:
        yield thread.port()
    finally:
        thread.stop()


class _ServerThread(threading.Thread):
    def __init__(self, server: AlpacaServer) -> None:
        super().__init__(name="alpaca server of a test")
        self._server = server
        self._is_up = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001, RUF100 - told to the one who waits for the port
            self._failure = error
        finally:
            self._is_up.set()

    def port(self) -> int:
        if not self._is_up.wait(_START_SECONDS):
            raise TimeoutError(f"the Alpaca server has not started within {_START_SECONDS:g} s")
        if self._failure is not None:
            raise self._failure
        return self._server.port

    def stop(self) -> None:
        if self._loop is not None and self._end is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self.join(_STOP_SECONDS)
        if self._failure is not None:
            raise self._failure

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        # One thread for images, there from the start: who looks for leaked threads knows it then.
        self._loop.set_default_executor(ThreadPoolExecutor(1, thread_name_prefix="alpaca images of a test"))
        await asyncio.to_thread(int)
        await self._server.start()
        self._is_up.set()
        try:
            await self._end.wait()
        finally:
            await self._server.stop()
