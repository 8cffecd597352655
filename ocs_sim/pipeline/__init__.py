"""What is measured in an image: its stars, and where it points.

Names are imported at first use: who only looks for stars does without astropy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.pipeline._detections import Detections
    from ocs_sim.pipeline._errors import BadImage, NotSolved, NoZeroPoint, PipelineError
    from ocs_sim.pipeline._extract import extract_stars
    from ocs_sim.pipeline._solution import Solution
    from ocs_sim.pipeline._solve import solve_field
    from ocs_sim.pipeline._solve_image import SolvedImage, solve_image
    from ocs_sim.pipeline._zero_point import ZeroPoint, zero_point

__all__ = [
    "BadImage",
    "Detections",
    "NoZeroPoint",
    "NotSolved",
    "PipelineError",
    "Solution",
    "SolvedImage",
    "ZeroPoint",
    "extract_stars",
    "solve_field",
    "solve_image",
    "zero_point",
]

_HOMES = {
    "BadImage": "_errors",
    "Detections": "_detections",
    "NoZeroPoint": "_errors",
    "NotSolved": "_errors",
    "PipelineError": "_errors",
    "Solution": "_solution",
    "SolvedImage": "_solve_image",
    "ZeroPoint": "_zero_point",
    "extract_stars": "_extract",
    "solve_field": "_solve",
    "solve_image": "_solve_image",
    "zero_point": "_zero_point",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
