"""What is measured in an image: its stars, and where it points."""

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
