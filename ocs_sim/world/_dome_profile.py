"""What a dome is, as numbers of a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ocs_sim.world._nodes import NotNegative, Positive, Range


@dataclass(frozen=True)
class DomeProfile:
    """A round dome with one slit and an up-and-over shutter."""

    name: str = "Simulated dome"
    max_rate_degrees_per_second: Positive = 30.0
    acceleration_degrees_per_second2: Positive = 30.0
    shutter_seconds: Positive = 1.0  # from closed to open, and back
    radius_metres: Positive = 2.5
    slit_half_width_metres: Positive = 0.6
    slit_from_zenith_degrees: Annotated[float, Range(0, 90)] = 15.0  # how far past the zenith the slit goes
    mount_north_metres: float = 0.0  # where the axes cross, from the middle of the dome
    mount_east_metres: float = 0.0
    mount_up_metres: float = 0.1
    arm_metres: NotNegative = 0.5  # from where the axes cross to the tube; 0 for a fork
    park_azimuth_degrees: float = 0.0
    home_azimuth_degrees: float = 0.0
    starts_open: bool = False
