"""The simulated telescope of a site: its agents, its port, and the image that it took."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ocs_sim.launch._errors import AlpacaPortTaken, NoImageTaken, ObservationFailed
from ocs_sim.launch._layout import Layout
from ocs_sim.site import AgentInstance

PORT_VARIABLE = "OBSBOW_ALPACA_PORT"
_LONGEST_EXPOSURE_SECONDS = 3.0
_SIMULATED = "127.0.0.1", "11111"


@dataclass(frozen=True)
class Telescope:
    """A simulated world and the instance-ids of the agents that use it; `dome` is empty without one."""

    world: AgentInstance
    mount: str
    camera: str
    dome: str

    @property
    def port(self) -> int:
        """Where the site file wants the world to be served."""
        return int(address(self.world)[1])

    @property
    def agents(self) -> tuple[str, ...]:
        """The instance-ids of mount, dome and camera."""
        return tuple(name for name in (self.mount, self.dome, self.camera) if name)

    def arguments(self, data_seconds: float) -> list[str]:
        """Return those of scripts/observe_target.py."""
        exposure = min(data_seconds, _LONGEST_EXPOSURE_SECONDS)
        agents = ["--mount", self.mount, "--camera", self.camera, f"--dome={self.dome}"]
        return [*agents, "--seconds", f"{exposure:g}"]


def find_telescope(instances: Iterable[AgentInstance]) -> Telescope | None:
    """Return the telescope of a site if it is a simulated one: a demonstration moves nothing that is real."""
    known = list(instances)
    world = find_world(known)
    if world is None:
        return None
    mount, camera, dome = (_first(known, kind, world) for kind in ("Mount", "Camera", "Dome"))
    if mount is None or camera is None:
        return None
    return Telescope(world, mount.instance_id, camera.instance_id, dome.instance_id if dome else "")


def find_world(instances: Iterable[AgentInstance]) -> AgentInstance | None:
    """Return the agent that serves simulated devices."""
    return next((each for each in instances if each.agent_class in _class_names("World")), None)


def _first(instances: Iterable[AgentInstance], kind: str, world: AgentInstance) -> AgentInstance | None:
    found = (each for each in instances if each.agent_class in _class_names(kind))
    return next((each for each in found if address(each) == address(world)), None)


def _class_names(kind: str) -> tuple[str, str]:
    return kind, f"{kind}Agent"


def address(instance: AgentInstance, usual_port: str = _SIMULATED[1]) -> tuple[str, str]:
    """Return host and port that the arguments of an agent name, or those that it takes without."""
    words = [part for word in instance.arguments for part in word.split("=", 1)]
    given = dict(pairwise(words))
    return given.get("--host", _SIMULATED[0]), given.get("--port", usual_port)


def is_free(port: int) -> bool:
    """Return whether nobody listens at a port of this computer."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def choose_port() -> int:
    """Have a site file that asks the environment for the port be read with a free one; return that."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    os.environ[PORT_VARIABLE] = str(port)
    return port


def require_port(telescope: Telescope | None, path: Path) -> None:
    """Raise AlpacaPortTaken if the world of a telescope could not be served."""
    if telescope is not None and telescope.port and not is_free(telescope.port):
        raise AlpacaPortTaken(port=telescope.port, path=path, line=telescope.world.line)


def last_image(layout: Layout, telescope: Telescope) -> Path:
    """Return the file that the camera wrote last. Raises NoImageTaken."""
    from ocs_sim import Client

    with Client(telescope.camera, site_file=layout.site.path, site_host=layout.host.name) as camera:
        taken: dict[str, Any] = camera.expose.status().session.data
    if not taken.get("files"):
        raise NoImageTaken(camera=telescope.camera)
    return Path(taken["files"][-1])


def failed(telescope: Telescope) -> ObservationFailed:
    """Return what is raised when the target was not reached."""
    return ObservationFailed(
        mount=telescope.mount, camera=telescope.camera, world=telescope.world.instance_id
    )
