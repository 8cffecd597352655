"""All that is known of an image besides its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.images._exposure import Exposure, Observer, Stack, Target
from ocs_sim.images._instrument import Detector, Optics
from ocs_sim.images._names import ImageName
from ocs_sim.images._surroundings import Dome, Pointing, Simulation, Site, Weather


@dataclass(frozen=True)
class Facts:
    """All that is known of an image besides its pixels; what nobody told is None, and its keys are left out.

    `more` are further cards: key -> value, or (value, comment).
    """

    exposure: Exposure
    detector: Detector | None = None
    optics: Optics | None = None
    pointing: Pointing | None = None
    target: Target | None = None
    site: Site | None = None
    dome: Dome | None = None
    weather: Weather | None = None
    observer: Observer | None = None
    stack: Stack | None = None
    simulation: Simulation | None = None
    name: ImageName | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
