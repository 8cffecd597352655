"""What stood where while a shutter was open, asked of the other parts at many moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._exposure import Exposure
from ocs_sim.world._optics_projection import PixelMap

if TYPE_CHECKING:
    from ocs_sim.world._world import World

Values = NDArray[np.float64]

_SECONDS_APART = 0.25
_FEWEST, _MOST = 8, 64


@dataclass(frozen=True)
class Samples:
    """Moments in the middle of equal parts of an exposure, and what held then; arrays of one length."""

    times: Values
    ra_degrees: Values
    dec_degrees: Values
    angle_degrees: Values  # position angle of the detector's columns
    altitude_degrees: Values
    azimuth_degrees: Values
    clear: Values  # share of the light that dome and cover let through
    lamp: Values  # brightness of the flat panel before the mirror, 0 to 1
    commanded: tuple[float, float]  # right ascension and declination (ICRS) at the middle
    slot: int

    @property
    def middle(self) -> int:
        """The index of the moment nearest to the middle of the exposure."""
        return len(self.times) // 2


def sample(world: World, exposure: Exposure) -> Samples:
    """Ask where everything was during an exposure."""
    count = int(np.clip(np.ceil(exposure.duration_seconds / _SECONDS_APART), _FEWEST, _MOST))
    step = exposure.duration_seconds / count
    times: Values = exposure.opened_unix + step * (np.arange(count, dtype=np.float64) + 0.5)
    pointing = world.mount.true_pointing(times)
    altitude, azimuth = world.mount.true_horizontal(times)
    turned = np.asarray(world.rotator.mechanical_degrees(times)) + world.profile.optics.camera_angle_degrees
    uncovered = np.asarray(world.cover.clear_fraction(times), float)
    slot, in_place = _slot(world, times)
    commanded = world.mount.commanded(times[count // 2 : count // 2 + 1])
    return Samples(
        times=times,
        ra_degrees=np.asarray(pointing.ra_degrees, float),
        dec_degrees=np.asarray(pointing.dec_degrees, float),
        angle_degrees=np.asarray(pointing.position_angle_degrees, float) + turned,
        altitude_degrees=np.asarray(altitude, float),
        azimuth_degrees=np.asarray(azimuth, float),
        clear=np.asarray(world.dome.clear_fraction(times), float) * uncovered * in_place,
        lamp=_lamp(world, times) * (1 - uncovered) * in_place,
        commanded=(float(commanded[0][0]), float(commanded[1][0])),
        slot=slot,
    )


def _slot(world: World, times: Values) -> tuple[int, Values]:
    """Return the filter that was there longest, and when it was: a wheel on its way lets nothing through."""
    slots = np.asarray(world.wheel.slot(times)).astype(int)
    seen = slots[slots >= 0]
    if not seen.size:
        return 0, np.zeros(len(times))
    slot = int(np.bincount(seen).argmax())
    return slot, (slots == slot).astype(float)


def _lamp(world: World, times: Values) -> Values:
    shining: Values = np.asarray(world.cover.brightness(times), dtype=float)
    return shining / max(world.profile.cover.max_brightness, 1)


def pixel_map(world: World, samples: Samples, index: int) -> PixelMap:
    """Return where the sky fell on the sensor at one of the moments."""
    camera, optics = world.profile.camera, world.profile.optics
    return PixelMap(
        float(samples.ra_degrees[index]),
        float(samples.dec_degrees[index]),
        float(samples.angle_degrees[index]) % 360,
        optics.arcseconds_per_pixel(camera.pixel_micrometres),
        camera.width,
        camera.height,
        optics.mirrored,
    )
