"""What a camera agent publishes."""

from __future__ import annotations

from collections.abc import Mapping

from ocs_sim.agent import Feed, FeedField

from ._rig import Rig

_OF_CAMERA = {
    "ccd_temperature": FeedField(float, "C", "Temperature of the detector"),
    "set_point": FeedField(float, "C", "Set point of the cooler"),
    "cooler_power": FeedField(float, "%", "Power of the cooler"),
    "cooler_on": FeedField(bool, "", "Whether the cooler is on"),
    "heat_sink_temperature": FeedField(float, "C", "Temperature of the heat sink"),
    "state": FeedField(int, "", "0 idle, 1 waiting, 2 exposing, 3 reading, 4 downloading, 5 error"),
    "progress": FeedField(float, "%", "How much of the exposure or readout is done"),
}
_OF_OTHERS: Mapping[str, dict[str, FeedField]] = {
    "filterwheel": {"filter": FeedField(int, "", "Slot of the filter, -1 while the wheel turns")},
    "focuser": {
        "focus_position": FeedField(int, "step", "Position of the focuser"),
        "focus_temperature": FeedField(float, "C", "Temperature at the focuser"),
        "focus_moving": FeedField(bool, "", "Whether the focuser moves"),
    },
    "rotator": {
        "rotator_angle": FeedField(float, "deg", "Position angle of the rotator"),
        "rotator_mechanical": FeedField(float, "deg", "Mechanical angle of the rotator"),
        "rotator_moving": FeedField(bool, "", "Whether the rotator turns"),
    },
    "covercalibrator": {
        "cover": FeedField(int, "", "0 none, 1 closed, 2 moving, 3 open, 4 unknown, 5 error"),
        "calibrator": FeedField(int, "", "0 none, 1 off, 2 not ready, 3 ready, 4 unknown, 5 error"),
    },
}

IMAGES = Feed(
    "images",
    record=True,
    blocks={
        "images": {
            "number": FeedField(int, "", "Number of the image, as in its name"),
            "image_type": FeedField(str, "", "light, bias, dark or flat"),
            "exposure": FeedField(float, "s", "Exposure time"),
            "filter": FeedField(int, "", "Slot of the filter, -1 without a wheel"),
            "binning": FeedField(int, "", "Binning"),
            "median": FeedField(float, "adu", "Median of the pixels"),
            "scatter": FeedField(float, "adu", "Robust scatter of the pixels"),
            "largest": FeedField(float, "adu", "Largest pixel"),
            "saturated": FeedField(float, "", "Fraction of pixels that are saturated"),
            "stars": FeedField(int, "", "Stars in the middle of the image, -1 if not looked for"),
            "fwhm": FeedField(float, "pix", "Median width of the stars, 0 without stars"),
        }
    },
)
FOCUS = Feed(
    "focus",
    record=True,
    blocks={
        "focus": {
            "position": FeedField(int, "step", "Position of the focuser in a sweep"),
            "diameter": FeedField(float, "pix", "Median half-flux diameter, unbinned; 0 without stars"),
            "stars": FeedField(int, "", "Stars that were measured"),
        }
    },
)
FILES = Feed("files")


def camera_feed(rig: Rig) -> Feed:
    """Return the feed `camera`: each sample is one look at all devices of a rig."""
    fields = dict(_OF_CAMERA)
    for device, of_device in _OF_OTHERS.items():
        fields.update(of_device if rig.has(device) else {})
    return Feed("camera", record=True, blocks={"camera": fields})
