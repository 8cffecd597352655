"""What the Camera agent is made of: plans of exposures, the devices behind it, focusing, headers, files."""

from ._address import DeviceAddress
from ._curve import FocusCurve, FocusPoint, NoMinimum, fit_curve
from ._plan import BadExposure, ExposurePlan, ExposureRequest, ImageType, SensorFacts, make_plan
from ._wheel import FilterNames

__all__ = [
    "BadExposure",
    "DeviceAddress",
    "ExposurePlan",
    "ExposureRequest",
    "FilterNames",
    "FocusCurve",
    "FocusPoint",
    "ImageType",
    "NoMinimum",
    "SensorFacts",
    "fit_curve",
    "make_plan",
]
