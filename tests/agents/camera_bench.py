"""A camera agent, and a simulated observatory that looks at a known field of stars with it."""

from contextlib import contextmanager

import numpy as np
from ocs_sim.agents.camera import Camera

from ocs_sim.sky import Stars
from ocs_sim.testing import AgentHarness, wait_until
from ocs_sim.testing._served_world import served_world

DEVICES = ("filterwheel", "focuser", "rotator", "covercalibrator", "telescope")
PIXELS = 200
SMALL = {"camera.width": PIXELS, "camera.height": PIXELS, "dome.starts_open": True}


class Grid:
    """Stars of one magnitude, 40 arcseconds apart around a place that is said later, wherever that leads."""

    def __init__(self, magnitude=9.5):
        self.magnitude = magnitude
        self.centre = (0.0, 0.0)

    def stars_near(self, ra, dec, radius_degrees, faintest_magnitude, *, unix=None):
        steps = np.arange(-5.0, 6.0) * 40 / 3600
        east, north = (each.ravel() for each in np.meshgrid(steps, steps))
        decs = self.centre[1] + north
        ras = self.centre[0] + east / np.cos(np.radians(decs))
        return Stars(ras, decs, np.full(121, self.magnitude), np.full(121, 0.6))


@contextmanager
def observatory(rate=20.0, **settings):
    """Serve a world whose telescope looks at a Grid near the zenith."""
    grid = Grid()
    overrides = {**SMALL, **settings.pop("overrides", {})}
    with served_world("fast", rate=rate, catalogue=grid, overrides=overrides, **settings) as served:
        point(served, grid)
        yield served


def point(served, grid, hours_west=0.3):
    """Point the telescope a little west of the meridian, and put the stars there."""
    mount, clock = served.world.mount, served.world.clock
    mount.set_tracking(True)
    mount.slew_to_equatorial((mount.sidereal_time_hours - hours_west) % 24, -30.0)
    if clock.stepped:
        clock.advance(30.0)
    wait_until(lambda: not mount.slewing)
    grid.centre = tuple(float(each[0]) for each in mount.commanded(np.array([served.world.now()])))


def camera(served, directory, *more, devices=DEVICES, bus=None, instance_id="cam1"):
    """Run a camera agent that uses a served world."""
    words = [f"--{each}=0" for each in devices]
    arguments = ["--port", str(served.port), "--data-dir", str(directory), *words, "--no-previews", *more]
    return AgentHarness(Camera, arguments=arguments, instance_id=instance_id, bus=bus)


def text(reply):
    """Return what the last message but the status says."""
    return reply.session["messages"][-2][1]
