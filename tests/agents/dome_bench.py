"""A Dome agent in front of a served world."""

from __future__ import annotations

from contextlib import contextmanager

from ocs_sim.agents.dome import Dome

from ocs_sim.testing import AgentHarness

QUICK = ["--poll-period", "0.01", "--monitor-period", "0.05", "--slave-period", "0.02"]


@contextmanager
def dome_of(served, *arguments, bus=None):
    """Run a Dome agent that has been connected; its dome stands still and is closed."""
    served.world.faults.clear()
    words = ["--port", str(served.port), *QUICK, *arguments]
    with AgentHarness(Dome, arguments=words, instance_id="dome1", bus=bus) as harness:
        harness.until(lambda: bool(harness.blocks("dome")))
        yield harness


def last(dome):
    """Return the latest sample on the feed."""
    return {name: column[-1] for name, column in dome.blocks("dome")[-1].data.items()}
