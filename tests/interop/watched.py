"""Agents in front of an Alpaca server that somebody else runs, and what one asks of them."""

from contextlib import ExitStack

from ocs_sim.agents.camera import Camera
from ocs_sim.agents.mount import Mount

from ocs_sim.testing import AgentHarness
from tests.interop import alpaca_peer as theirs

_QUICK = ("--monitor-period", "0.1")
POLL = ("--poll-period", "0.05")
_DEVICES = {
    "camera": theirs.CAMERA,
    "filterwheel": theirs.WHEEL,
    "focuser": theirs.FOCUSER,
    "rotator": theirs.ROTATOR,
    "covercalibrator": theirs.COVER,
    "telescope": theirs.TELESCOPE,
}


def mount_of(server, *words, number=theirs.TELESCOPE):
    return watched(Mount, server, "pointing", "--telescope", str(number), *POLL, *words)


def camera_of(server, directory, *words, devices=_DEVICES):
    numbers = [word for name, number in devices.items() for word in (f"--{name}", str(number))]
    settings = ["--data-dir", str(directory), "--no-previews", "--cooling-settle", "0"]
    return watched(Camera, server, "camera", *numbers, *settings, *words, instance_id="cam1")


def watched(agent_class, server, feed, *words, **kwargs):
    arguments = ["--port", str(server.port), *_QUICK, *words]
    return Watched(feed, AgentHarness(agent_class, arguments=arguments, **kwargs))


class Watched:
    """A harness, once the monitor has published."""

    def __init__(self, feed, harness):
        self.feed, self.harness = feed, harness

    def __enter__(self):
        with ExitStack() as stack:
            stack.enter_context(self.harness)
            self.harness.until(lambda: bool(self.harness.blocks(self.feed)))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *what):
        self.stack.__exit__(*what)

    @property
    def sample(self):
        return {name: column[-1] for name, column in self.harness.blocks(self.feed)[-1].data.items()}

    def does(self, operation, **params):
        reply = self.harness.run(operation, **params)
        text = reply.session["messages"][-2][1] if reply.session else reply.message
        assert reply.session["success"], text
        return text

    def fails(self, operation, **params):
        reply = self.harness.run(operation, **params)
        assert not reply.session["success"]
        return reply.session["messages"][-2][1]

    def begins(self, operation, stage, **params):
        """Start an operation and wait until it says that it is at a stage."""
        self.harness.start(operation, **params)
        self.until_stage(operation, stage)

    def until_stage(self, operation, stage):
        self.harness.until(
            lambda: (self.harness.status(operation).session["progress"] or {}).get("stage") == stage
        )

    def ended(self, operation):
        """Return whether it succeeded, and its last words."""
        session = self.harness.wait(operation).session
        return session["success"], session["messages"][-2][1]

    @property
    def degraded(self):
        """Why the monitor is degraded, or None."""
        session = self.harness.status("monitor").session
        return session["degraded_reason"] if session["degraded"] else None

    def until_degraded(self):
        self.harness.until(lambda: self.degraded is not None)

    def until_well(self):
        """Wait until the monitor publishes again."""
        self.harness.until(lambda: self.degraded is None)
        seen = len(self.harness.blocks(self.feed))
        self.harness.until(lambda: len(self.harness.blocks(self.feed)) > seen)
