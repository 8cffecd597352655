"""Where the telescope stands, what it is, and what time it has."""

from __future__ import annotations

from ocs_sim.alpaca import NotImplementedByDevice, get
from ocs_sim.alpaca.simulated._times import iso_text, unix_of
from ocs_sim.alpaca.simulated.telescope._part import TelescopePart
from ocs_sim.ascom import AlignmentMode, EquatorialSystem

_MOVING_AWAY = (
    "the observatory stands where its profile puts it: give the world another place when you start it"
)


class Site(TelescopePart):
    """The members which say where and what the telescope is."""

    @get
    def AlignmentMode(self) -> int:
        """Return 2 for a German equatorial mount, 1 for a fork on a wedge."""
        return AlignmentMode.GERMAN_POLAR if self._mount.is_german else AlignmentMode.POLAR

    @get
    def ApertureArea(self) -> float:
        """Return the collecting area in square metres, without what the secondary hides."""
        return self.world.profile.optics.collecting_square_metres

    @get
    def ApertureDiameter(self) -> float:
        """Return the diameter of the aperture in metres."""
        return self.world.profile.optics.aperture_metres

    @get
    def FocalLength(self) -> float:
        """Return the focal length in metres."""
        return self.world.profile.optics.focal_length_metres

    @get
    def EquatorialSystem(self) -> int:
        """Return that coordinates are apparent: of the true equator and equinox of date."""
        return EquatorialSystem.TOPOCENTRIC

    @get
    def DoesRefraction(self) -> bool:
        """Return that coordinates have no refraction in them."""
        return False

    @DoesRefraction.put
    def _(self, DoesRefraction: bool) -> None:
        if DoesRefraction:
            raise NotImplementedByDevice("the mount takes and gives coordinates without refraction")

    @get
    def SiteElevation(self) -> float:
        """Return the elevation in metres."""
        return self.world.place.elevation_metres

    @SiteElevation.put
    def _(self, SiteElevation: float) -> None:  # noqa: ARG002
        raise NotImplementedByDevice(_MOVING_AWAY)

    @get
    def SiteLatitude(self) -> float:
        """Return the latitude in degrees, north positive."""
        return self.world.place.latitude_degrees

    @SiteLatitude.put
    def _(self, SiteLatitude: float) -> None:  # noqa: ARG002
        raise NotImplementedByDevice(_MOVING_AWAY)

    @get
    def SiteLongitude(self) -> float:
        """Return the longitude in degrees, east positive."""
        return self.world.place.longitude_degrees

    @SiteLongitude.put
    def _(self, SiteLongitude: float) -> None:  # noqa: ARG002
        raise NotImplementedByDevice(_MOVING_AWAY)

    @get
    def SiderealTime(self) -> float:
        """Return the local apparent sidereal time in hours."""
        return self._mount.sidereal_time_hours

    @get
    def UTCDate(self) -> str:
        """Return the time of the world, which may run ahead of the machine's, faster, or in steps."""
        return iso_text(self.world.now()) + "Z"

    @UTCDate.put
    def _(self, UTCDate: str) -> None:
        unix_of(UTCDate)
        raise NotImplementedByDevice(
            "the time of the mount is that of the whole world: turn the world's clock"
        )
