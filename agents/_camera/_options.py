"""What a site file may say of a camera."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from ocs_sim.agent import option

from .._device import DeviceOptions
from ._address import DeviceAddress


def _read_address(given: Any) -> Any:
    if given is None or isinstance(given, DeviceAddress):
        return given
    return DeviceAddress.parse(str(given)) if str(given).strip() else None


Address = Annotated[DeviceAddress, BeforeValidator(_read_address)]
MaybeAddress = Annotated[DeviceAddress | None, BeforeValidator(_read_address)]
_WHERE = "number of the {}, or HOST:PORT/NUMBER if it has another server; without, there is none"


class CameraOptions(DeviceOptions):
    """What a site file may say of a camera."""

    camera: Address = option(DeviceAddress(0), help="number of the camera, or HOST:PORT/NUMBER")
    filterwheel: MaybeAddress = option(None, help=_WHERE.format("filter wheel"))
    focuser: MaybeAddress = option(None, help=_WHERE.format("focuser"))
    rotator: MaybeAddress = option(None, help=_WHERE.format("rotator"))
    covercalibrator: MaybeAddress = option(None, help=_WHERE.format("cover and calibrator"))
    telescope: MaybeAddress = option(None, help="the same for the telescope, which is only asked what it is")
    monitor_period: float = option(
        2.0, gt=0, allow_inf_nan=False, help="seconds between two looks at the devices"
    )
    data_dir: Path = option(help="where images go, in a folder for each night")
    site_code: str = option(
        "",
        pattern=r"^([A-Za-z0-9_]{3,6})?$",
        help="the site in names of files, 3 to 6 characters; the site file's code if empty",
    )
    instrument: str = option(
        "", pattern=r"^[A-Za-z0-9_]*$", help="the camera, as files are named; its instance id if empty"
    )
    observer: str = option("", help="who observes, for headers")
    telescope_name: str = option("", help="the telescope's name, for headers; the device's own if empty")
    aperture: float | None = option(
        None, gt=0, help="diameter of the aperture in metres; else asked of the telescope"
    )
    focal_length: float | None = option(
        None, gt=0, help="focal length in metres; else asked of the telescope"
    )
    latitude: float | None = option(None, ge=-90, le=90, help="degrees; else asked of the telescope")
    longitude: float | None = option(
        None, ge=-180, le=360, help="degrees, east positive; else asked of the telescope"
    )
    elevation: float | None = option(None, help="metres; else asked of the telescope")
    camera_angle: float = option(
        0.0, help="position angle of the rows' growing number at rotator angle 0, degrees"
    )
    mirrored: bool = option(default=False, help="east is right with north up: an odd number of mirrors")
    read_noise: float | None = option(
        None, ge=0, help="electrons, for headers: only a simulated camera tells it"
    )
    mount: str | None = option(None, help="instance id of the agent that says where the mount points")
    dome: str | None = option(None, help="instance id of the agent of the dome")
    weather: str | None = option(None, help="instance id of the agent of the weather")
    stale_after: float = option(60.0, gt=0, help="seconds after which what another agent said is left out")
    previews: bool = option(default=True, help="write JPEG pictures and the header as text beside each image")
    focus_offsets: bool = option(
        default=True, help="move the focuser by the wheel's focus offsets when the filter changes"
    )
    backlash: int = option(50, ge=0, help="steps by which the focuser approaches every position from below")
    patience: float = option(10.0, ge=0, help="seconds for which a camera may not answer in an exposure")
    readout_timeout: float = option(
        180.0, gt=0, help="seconds after the exposure in which its image must be ready"
    )
    download_timeout: float = option(
        300.0, gt=0, help="seconds for which a camera may be silent while it sends"
    )
    move_timeout: float = option(120.0, gt=0, help="seconds that any part of the instrument may take to move")
    cooling_timeout: float = option(1800.0, gt=0, help="seconds that cooling may take")
    cooling_tolerance: float = option(0.5, gt=0, help="degrees from the set point that count as cold")
    cooling_settle: float = option(
        10.0, ge=0, help="seconds for which the detector must be cold to count as such"
    )
