"""What a site file may say of a mount."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationInfo, field_validator

from ocs_sim.agent import option

from .._device import DeviceOptions
from ._horizon import HorizonMask


class MountOptions(DeviceOptions):
    """Which telescope, where it must not look, and what it waits for."""

    telescope: int = option(0, ge=0, help="The telescope's device number.")
    time_source: Literal["device", "system"] = option(
        "device", help="Whose clock says where the sky stands: the device's UTCDate, or this machine's."
    )
    latitude: float | None = option(None, ge=-90, le=90, help="Degrees; without it the device is asked.")
    longitude: float | None = option(
        None, ge=-180, le=180, help="Degrees, positive in the east; without it the device is asked."
    )
    elevation: float | None = option(None, help="Metres above sea level; without it the device is asked.")
    lowest_altitude: float = option(
        10.0, ge=-90, le=90, help="Degrees of altitude below which nothing is pointed at."
    )
    horizon: list[str] = option(
        [], help="Points AZIMUTH:ALTITUDE of a mask, in degrees: lower than that is not pointed at either."
    )
    sun_avoidance: float = option(
        30.0,
        ge=0,
        le=180,
        help="Degrees around the Sun, while it is up, that are not pointed at; 0 for none.",
    )
    auto_unpark: bool = option(default=False, help="Unpark by itself when told to go somewhere.")
    dome: str | None = option(None, help="The instance id of the agent of the dome around the telescope.")
    dome_shut: Literal["ignore", "wait", "refuse"] = option(
        "ignore", help="What to do when told to go somewhere while the dome is shut, or not known to be open."
    )
    dome_wait: float = option(600.0, gt=0, help="Seconds to wait for the dome at most.")
    dome_stale: float = option(10.0, gt=0, help="Seconds after which what the dome said last counts no more.")
    when_lost: Literal["abort", "leave"] = option(
        "abort", help="What to do, once it is back, with a mount that was lost while it moved."
    )
    slew_limit: float = option(300.0, gt=0, help="Seconds that a slew, parking or homing may take.")
    arrival_tolerance: float = option(
        60.0, gt=0, help="Arcseconds by which a slew may miss, by the mount's own account."
    )
    sync_limit: float = option(10.0, gt=0, le=180, help="Degrees by which a sync may correct at most.")
    poll_period: float = option(0.25, gt=0, help="Seconds between two looks at a mount that moves.")

    @field_validator("horizon")
    @classmethod
    def _points(cls, words: list[str]) -> list[str]:
        HorizonMask.parse(0.0, words)
        return words

    @field_validator("dome_shut")
    @classmethod
    def _with_a_dome(cls, policy: str, info: ValidationInfo) -> str:
        if policy != "ignore" and not info.data.get("dome"):
            raise ValueError("needs --dome, the instance id of the dome's agent")
        return policy
