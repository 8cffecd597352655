"""`obsbow world` in a process of its own, which can be killed and started again on the same port."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import yaml

from ocs_sim.testing import free_port

OBSBOW = str(Path(sys.executable).with_name("obsbow"))
WIDTH, HEIGHT = 160, 120
PROFILE = {
    "extends": "fast",
    "camera": {"width": WIDTH, "height": HEIGHT},
    "mount": {"max_rate_degrees_per_second": 2.0},
    "dome": {"starts_open": True},
}


class WorldProcess:
    """A world at night, whose mount is slow."""

    def __init__(self, directory):
        self.port = free_port()
        self._profile = directory / "slow.yaml"
        self._profile.write_text(yaml.safe_dump(PROFILE))
        self._directory = directory
        self._process = None

    def start(self):
        words = ["--port", str(self.port), "--profile", str(self._profile), "--start", "night"]
        self._process = subprocess.Popen(
            [OBSBOW, "world", *words],
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        # Its greeting ends with how to end it, once it answers.
        assert any(line.startswith("Ctrl-C") for line in self._process.stdout)

    def kill(self):
        if self._process is not None:
            with self._process:
                self._process.kill()
            self._process = None


@contextmanager
def world_process(directory):
    world = WorldProcess(directory)
    try:
        world.start()
        yield world
    finally:
        world.kill()
