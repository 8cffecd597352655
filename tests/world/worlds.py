"""Worlds whose clock is turned by hand."""

from ocs_sim.almanac import Place
from ocs_sim.world import World, WorldClock

NIGHT = 1795230000.0  # 2026-11-21T03:00:00Z, deep night in Chile
NORTH = Place(28.76, -17.88, 2396.0)


class HandClock:
    """A base clock that only moves when it is told to."""

    def __init__(self, unix=NIGHT):
        self.unix = unix

    def time(self):
        return self.unix

    def monotonic(self):
        return self.unix - 1e9


def stepped(profile="fast", *, seed=1, start=NIGHT, place=None, **overrides):
    """Return a world at night whose time stands still until it is advanced."""
    return World(profile, WorldClock(HandClock(start), stepped=True), seed, place, **overrides)


def let_finish(world, busy, step=0.05, longest=400.0):
    """Advance until `busy()` is false, and return how long that took."""
    begun = world.now()
    while busy():
        world.clock.advance(step)
        assert world.now() - begun < longest, "never ends"
    return world.now() - begun


def slew(mount, hour_angle_hours, dec_degrees, **more):
    """Slew to an hour angle by its right ascension, wait, and return that."""
    ra = (mount.sidereal_time_hours - hour_angle_hours) % 24.0
    mount.slew_to_equatorial(ra, dec_degrees, **more)
    let_finish(mount._world, lambda: mount.slewing)
    return ra


#: Pointing without any error.
PERFECT_MOUNT = {
    f"mount.pointing.{name}": 0.0
    for name in (
        "ih_arcseconds",
        "id_arcseconds",
        "ch_arcseconds",
        "np_arcseconds",
        "ma_arcseconds",
        "me_arcseconds",
        "tf_arcseconds",
        "periodic_arcseconds",
        "repeatability_arcseconds",
        "drift_arcseconds_per_hour",
        "dec_backlash_arcseconds",
        "wind_shake_arcseconds",
    )
}
