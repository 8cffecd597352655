"""What moves between the telescope and the camera, as numbers of a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ocs_sim.world._nodes import Count, NotNegative, Positive, Range


@dataclass(frozen=True)
class FocuserProfile:
    """An absolute focuser."""

    name: str = "Simulated focuser"
    max_steps: Count = 10000
    max_increment_steps: Count = 10000
    steps_per_second: Positive = 5000.0
    step_micrometres: Positive = 2.0
    backlash_steps: NotNegative = 20.0
    starts_at_steps: Annotated[int, Range(0)] = 5000
    temperature_time_constant_seconds: Positive = 1800.0  # how slowly the tube follows the air


@dataclass(frozen=True)
class WheelProfile:
    """A filter wheel; its slots are the profile's filters."""

    name: str = "Simulated filter wheel"
    seconds_per_slot: Positive = 0.1


@dataclass(frozen=True)
class RotatorProfile:
    """An instrument rotator that turns without end."""

    name: str = "Simulated rotator"
    max_rate_degrees_per_second: Positive = 60.0
    acceleration_degrees_per_second2: Positive = 120.0
    step_degrees: Positive = 0.01


@dataclass(frozen=True)
class CoverProfile:
    """A cover of the mirror that is a lamp for flats too."""

    name: str = "Simulated cover"
    cover_seconds: Positive = 0.5
    starts_open: bool = True
    max_brightness: Count = 255
    lamp_seconds: Positive = 0.2  # until the brightness is steady
