"""A Mount agent in front of a served world, and what one asks of both."""

from __future__ import annotations

from contextlib import contextmanager

from ocs_sim.agents.mount import Mount

from ocs_sim.almanac import hour_angle_degrees, icrs_to_apparent, separation_degrees, sidereal_time_hours
from ocs_sim.testing import AgentHarness
from ocs_sim.wire import ResponseCode

ARCSECOND = 1 / 3600
QUICK = ["--poll-period", "0.01", "--monitor-period", "0.05"]


@contextmanager
def mount_of(served, *arguments, bus=None, clock=None):
    """Run a Mount agent that has been connected, and is unparked."""
    served.world.faults.clear()
    words = ["--port", str(served.port), *QUICK, *arguments]
    with AgentHarness(Mount, arguments=words, instance_id="mount1", bus=bus, clock=clock) as harness:
        harness.until(lambda: bool(harness.blocks("pointing")))
        yield harness


def last(mount):
    """Return the latest sample on the feed."""
    return {name: column[-1] for name, column in mount.blocks("pointing")[-1].data.items()}


def end_of(reply):
    """Return whether a run succeeded, and its last words."""
    assert reply.code is ResponseCode.OK, reply.message
    return reply.session["success"], reply.session["messages"][-2][1]


def do(mount, operation, **params):
    """Run an operation that must succeed; return its last words."""
    success, text = end_of(mount.run(operation, **params))
    assert success, text
    return text


def fail(mount, operation, **params):
    """Run an operation that must fail; return its last words."""
    success, text = end_of(mount.run(operation, **params))
    assert not success, text
    return text


def begin(mount, operation, stage, **params):
    """Start an operation and wait until it says that it is at a stage."""
    mount.start(operation, **params)
    mount.until(lambda: (mount.status(operation).session["progress"] or {}).get("stage") == stage)


def overhead(world, hours_east=1.0, dec_degrees=-25.0):
    """Return the ICRS coordinates of a place well above the horizon."""
    return (15.0 * (sidereal_time_hours(world.place, world.now()) + hours_east)) % 360.0, dec_degrees


def miss_arcseconds(world, ra_degrees, dec_degrees):
    """Return how far the mount itself is from a place in ICRS."""
    ra, dec = icrs_to_apparent(ra_degrees, dec_degrees, world.now())
    mount = world.mount
    return 3600 * separation_degrees(ra, dec, 15 * mount.right_ascension_hours, mount.declination_degrees)


def hour_angle_of(world, ra_degrees):
    """Return the hour angle of an apparent right ascension, in degrees."""
    return hour_angle_degrees(world.place, world.now(), ra_degrees)
