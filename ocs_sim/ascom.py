"""The enumerations of the ASCOM interfaces: what a number in an answer means.

Source: ASCOM Master Interfaces, "Enumerations"; the device side and the client side share these.
"""

from __future__ import annotations

from enum import IntEnum


class AlignmentMode(IntEnum):
    """How a mount stands."""

    ALT_AZ = 0
    POLAR = 1
    GERMAN_POLAR = 2


class CalibratorState(IntEnum):
    """What a calibrator lamp does."""

    NOT_PRESENT = 0
    OFF = 1
    NOT_READY = 2
    READY = 3
    UNKNOWN = 4
    ERROR = 5


class CameraState(IntEnum):
    """What a camera does."""

    IDLE = 0
    WAITING = 1
    EXPOSING = 2
    READING = 3
    DOWNLOAD = 4
    ERROR = 5


class CoverState(IntEnum):
    """Where a cover stands."""

    NOT_PRESENT = 0
    CLOSED = 1
    MOVING = 2
    OPEN = 3
    UNKNOWN = 4
    ERROR = 5


class DriveRate(IntEnum):
    """The rates at which a mount can follow the sky."""

    SIDEREAL = 0
    LUNAR = 1
    SOLAR = 2
    KING = 3


class EquatorialSystem(IntEnum):
    """Which equator and equinox coordinates refer to."""

    OTHER = 0
    TOPOCENTRIC = 1
    J2000 = 2


class GuideDirection(IntEnum):
    """Where a guide pulse goes to."""

    NORTH = 0
    SOUTH = 1
    EAST = 2
    WEST = 3


class PierSide(IntEnum):
    """The pointing state of a mount: EAST is normal, WEST is through the pole."""

    UNKNOWN = -1
    EAST = 0
    WEST = 1


class SensorType(IntEnum):
    """Whether a sensor sees colours."""

    MONOCHROME = 0


class ShutterState(IntEnum):
    """Where the shutter of a dome stands."""

    OPEN = 0
    CLOSED = 1
    OPENING = 2
    CLOSING = 3
    ERROR = 4
