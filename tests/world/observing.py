"""An observatory on a stepped clock, ready to take images."""

import numpy as np

from ocs_sim.geometry import required_azimuth
from ocs_sim.world import ExposureRequest, World, WorldClock

NIGHT = "2026-11-10T05:00:00Z"  # new Moon, deep night at the profile's place

STEADY = {"weather.seeing_spread": 0.0, "weather.cloudiness": -9.0}


def closed_world(size=256, start=NIGHT, seed=1, profile="fast", **overrides):
    """Return a world whose telescope stands parked in its shut dome."""
    sizes = {"camera.width": size, "camera.height": size}
    return World(profile, clock=WorldClock(start=start, stepped=True), seed=seed, **{**sizes, **overrides})


def open_world(size=256, hour_angle=1.0, declination=-20.0, **overrides):
    """Return a world that tracks a field through its open dome."""
    world = closed_world(size, **overrides)
    world.dome.open_shutter()
    world.mount.unpark()
    world.mount.set_tracking(True)
    point(world, hour_angle, declination)
    return world


def point(world, hour_angle, declination):
    """Slew mount and dome to an hour angle (hours) and declination (degrees) and wait."""
    mount = world.mount
    mount.slew_to_equatorial((mount.sidereal_time_hours - hour_angle) % 24, declination)
    world.clock.advance(60)
    here = mount.altitude_degrees, mount.azimuth_degrees, mount.hour_angle_hours * 15, mount.pier_side
    world.dome.slew_to_azimuth(required_azimuth(*here, world.dome.geometry).azimuth_degrees)
    world.clock.advance(60)


def begin(world, seconds, **request):
    """Begin an exposure and let the clock run to its end."""
    exposure = world.camera.start_exposure(ExposureRequest(seconds, **request))
    world.clock.advance(exposure.ready_unix - world.now() + 1e-3)


def take(world, seconds, **request):
    """Take an image and return it as float64."""
    begin(world, seconds, **request)
    return world.camera.image().astype(float)


def light_panel(world, brightness):
    """Shut the cover and switch its lamp on."""
    world.cover.close()
    world.cover.on(brightness)
    world.clock.advance(5)


def typical(values):
    """Return the mean without hot pixels and cosmic rays."""
    values = np.asarray(values, float)
    for _ in range(4):
        values = values[np.abs(values - np.median(values)) < 4.5 * values.std()]
    return values.mean()


def spread(values):
    """Return the standard deviation without hot pixels and cosmic rays."""
    values = np.asarray(values, float).ravel()
    for _ in range(4):
        values = values[np.abs(values - np.median(values)) < 4.5 * values.std()]
    return values.std()
