"""What a site file may say of a dome."""

from __future__ import annotations

from pydantic import ValidationInfo, field_validator

from ocs_sim.agent import option

from .._device import DeviceOptions


class DomeOptions(DeviceOptions):
    """Which dome, what telescope stands in it, and how it follows that."""

    dome: int = option(0, ge=0, help="The dome's device number.")
    mount: str | None = option(None, help="The instance id of the agent of the mount that `slave` follows.")
    mount_stale: float = option(10.0, gt=0, help="Seconds after which what the mount said counts no more.")
    slaved: bool = option(default=False, help="Follow the mount from the start on; needs --mount.")
    slave_tolerance: float = option(
        2.0, gt=0, le=90, help="Degrees by which the slit may be off before it is turned."
    )
    slave_period: float = option(1.0, gt=0, help="Seconds between two looks at the mount while following.")
    close_before_park: bool = option(default=True, help="Close the shutter before turning to park.")
    slew_limit: float = option(300.0, gt=0, help="Seconds that a turn, parking or homing may take.")
    shutter_limit: float = option(240.0, gt=0, help="Seconds that the shutter may take.")
    arrival_tolerance: float = option(1.0, gt=0, le=90, help="Degrees by which a turn may miss.")
    poll_period: float = option(0.25, gt=0, help="Seconds between two looks at a dome that moves.")
    latitude: float | None = option(None, ge=-90, le=90, help="Degrees; without it, the site file's.")
    radius: float = option(2.5, gt=0, help="Metres from the middle of the dome's sphere to its shell.")
    slit_half_width: float = option(0.6, gt=0, help="Metres from the middle of the slit to its edge.")
    slit_from_zenith: float = option(15.0, ge=0, le=90, help="Degrees past the zenith that the slit goes.")
    aperture: float = option(0.3, gt=0, help="Metres of the telescope's aperture.")
    mount_north: float = option(0.0, help="Metres from the middle of the sphere to the mount's axes.")
    mount_east: float = option(0.0, help="The same to the east.")
    mount_up: float = option(0.1, help="The same upwards.")
    arm: float = option(0.5, ge=0, help="Metres from the mount's axes to the tube; 0 for a fork.")

    @field_validator("slaved")
    @classmethod
    def _to_a_mount(cls, slaved: bool, info: ValidationInfo) -> bool:
        if slaved and not info.data.get("mount"):
            raise ValueError("needs --mount, the instance id of the mount's agent")
        return slaved
