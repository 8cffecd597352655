"""What the Camera agent is made of: plans of exposures, the devices behind it, focusing, headers, files."""

from ._address import DeviceAddress
from ._agent import Instrument
from ._cooling import Cooler
from ._curve import FocusCurve, FocusPoint, NoMinimum, fit_curve
from ._exposing import Exposer, Patience, RawImage
from ._feeds import FILES, FOCUS, IMAGES, camera_feed
from ._focusing import Autofocus, Sweep, window
from ._heard import Heard, HeardFeed
from ._imaging import Imaging, Prepared, Taken, Wishes
from ._instrument import InstrumentState, answers, as_samples, questions_for, read_camera, read_state
from ._movements import move_cover, switch_calibrator, turn_rotator
from ._options import CameraOptions
from ._parts import Parts
from ._plan import BadExposure, ExposurePlan, ExposureRequest, ImageType, SensorFacts, make_plan
from ._recording import Recorder
from ._report import add_to_data, as_block, as_message, begin_data, focus_sample
from ._rig import Rig
from ._series import Series
from ._settings import Settings
from ._status import Status
from ._wheel import FilterNames

__all__ = [
    "FILES",
    "FOCUS",
    "IMAGES",
    "Autofocus",
    "BadExposure",
    "CameraOptions",
    "Cooler",
    "DeviceAddress",
    "Exposer",
    "ExposurePlan",
    "ExposureRequest",
    "FilterNames",
    "FocusCurve",
    "FocusPoint",
    "Heard",
    "HeardFeed",
    "ImageType",
    "Imaging",
    "Instrument",
    "InstrumentState",
    "NoMinimum",
    "Parts",
    "Patience",
    "Prepared",
    "RawImage",
    "Recorder",
    "Rig",
    "SensorFacts",
    "Series",
    "Settings",
    "Status",
    "Sweep",
    "Taken",
    "Wishes",
    "add_to_data",
    "answers",
    "as_block",
    "as_message",
    "as_samples",
    "begin_data",
    "camera_feed",
    "fit_curve",
    "focus_sample",
    "make_plan",
    "move_cover",
    "questions_for",
    "read_camera",
    "read_state",
    "switch_calibrator",
    "turn_rotator",
    "window",
]
