"""A telescope with other numbers and habits than ours: J2000, alt-az axes, and none of what is optional."""

from __future__ import annotations

from datetime import UTC, datetime

from ocs_sim.almanac import (
    Place,
    hour_angle_degrees,
    icrs_to_apparent,
    sidereal_time_hours,
    to_horizontal,
)
from ocs_sim.alpaca import Device, InvalidOperation, NotImplementedByDevice, get, put

# ruff: noqa: N802, N803
J2000, B1950, ALT_AZ = 2, 4, 0


class PlainTelescope(Device):
    """Is where it is sent after three questions whether it still slews."""

    device_type = "Telescope"
    interface_version = 3
    connect_seconds = 0.0

    def __init__(self, unix: float, equatorial_system: int = J2000) -> None:
        super().__init__(0, "plain")
        self.place = Place(50.0, 8.0, 100.0)
        self.unix = unix
        self.system = equatorial_system
        self.position = (0.0, 89.0)
        self.tracking = False
        self.looks_left = 0
        self.knows_place = True

    @get
    def AlignmentMode(self) -> int:
        return ALT_AZ

    @get
    def EquatorialSystem(self) -> int:
        return self.system

    @get
    def SiteLatitude(self) -> float:
        if not self.knows_place:
            raise NotImplementedByDevice("SiteLatitude")
        return self.place.latitude_degrees

    @get
    def SiteLongitude(self) -> float:
        return self.place.longitude_degrees

    @get
    def SiteElevation(self) -> float:
        return self.place.elevation_metres

    @get
    def UTCDate(self) -> str:
        return datetime.fromtimestamp(self.unix, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    @get
    def SiderealTime(self) -> float:
        return float(sidereal_time_hours(self.place, self.unix))

    @get
    def RightAscension(self) -> float:
        return self.position[0] / 15.0

    @get
    def Declination(self) -> float:
        return self.position[1]

    @get
    def Altitude(self) -> float:
        return self._horizontal()[0]

    @get
    def Azimuth(self) -> float:
        return self._horizontal()[1]

    def _horizontal(self) -> tuple[float, float]:
        ra, dec = icrs_to_apparent(*self.position, self.unix)
        hour_angle = hour_angle_degrees(self.place, self.unix, ra)
        altitude, azimuth = to_horizontal(hour_angle, dec, self.place.latitude_degrees)
        return float(altitude), float(azimuth)

    @get
    def AtPark(self) -> bool:
        return False

    @get
    def Slewing(self) -> bool:
        self.looks_left = max(0, self.looks_left - 1)
        return self.looks_left > 0

    @get
    def Tracking(self) -> bool:
        return self.tracking

    @Tracking.put
    def _(self, Tracking: bool) -> None:
        self.tracking = Tracking

    @put
    def SlewToCoordinatesAsync(self, RightAscension: float, Declination: float) -> None:
        if not self.tracking:
            raise InvalidOperation("It does not track.")
        self.position = (15.0 * RightAscension, Declination)
        self.looks_left = 3

    @put
    def AbortSlew(self) -> None:
        self.looks_left = 0
