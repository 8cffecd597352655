"""What the instrument says of itself: what it is, and how it stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from .._device import DeviceError, DeviceLink
from ._plan import SensorFacts
from ._rig import Rig, ask
from ._wheel import FilterNames

_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Question:
    """The member of a device that answers, and what kind of value it is."""

    member: str
    kind: Callable[[Any], Any]


Questions = Mapping[str, Question]


@dataclass(frozen=True, kw_only=True)
class CameraFacts:
    """A camera as its driver describes it; None is what it does not tell."""

    name: str
    sensor: SensorFacts
    sensor_name: str
    pixel_x_micrometres: float
    pixel_y_micrometres: float
    electrons_per_adu: float | None
    full_well_electrons: float | None
    most_adu: int | None
    gain: int | None
    offset: int | None
    readout_mode: str
    can_stop: bool
    actions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class InstrumentState:
    """How the instrument stands; None is what is not known, or what it does not have."""

    ccd_temperature: float | None = None
    set_point: float | None = None
    cooler_power: float | None = None
    cooler_on: bool | None = None
    heat_sink_temperature: float | None = None
    state: int | None = None
    progress: float | None = None
    filter: int | None = None
    focus_position: int | None = None
    focus_temperature: float | None = None
    focus_moving: bool | None = None
    rotator_angle: float | None = None
    rotator_mechanical: float | None = None
    rotator_moving: bool | None = None
    cover: int | None = None
    calibrator: int | None = None
    problems: tuple[str, ...] = ()


def read_camera(link: DeviceLink) -> CameraFacts:
    """Ask the camera what it is; raises DeviceError."""
    modes = ask(link, lambda camera: list(camera.ReadoutModes)) or []
    mode = ask(link, lambda camera: int(camera.ReadoutMode))
    return CameraFacts(
        name=str(ask(link, lambda camera: camera.Name) or ""),
        sensor=_read_sensor(link),
        sensor_name=str(ask(link, lambda camera: camera.SensorName) or ""),
        pixel_x_micrometres=float(link.read(lambda camera: camera.PixelSizeX)),
        pixel_y_micrometres=float(link.read(lambda camera: camera.PixelSizeY)),
        electrons_per_adu=ask(link, lambda camera: float(camera.ElectronsPerADU)),
        full_well_electrons=ask(link, lambda camera: float(camera.FullWellCapacity)),
        most_adu=ask(link, lambda camera: int(camera.MaxADU)),
        gain=ask(link, lambda camera: int(camera.Gain)),
        offset=ask(link, lambda camera: int(camera.Offset)),
        readout_mode=str(modes[mode]) if mode is not None and 0 <= mode < len(modes) else "",
        can_stop=bool(ask(link, lambda camera: camera.CanStopExposure)),
        actions=tuple(ask(link, lambda camera: camera.SupportedActions) or ()),
    )


def _read_sensor(link: DeviceLink) -> SensorFacts:
    return SensorFacts(
        width=int(link.read(lambda camera: camera.CameraXSize)),
        height=int(link.read(lambda camera: camera.CameraYSize)),
        most_binning=int(link.read(lambda camera: min(camera.MaxBinX, camera.MaxBinY))),
        shortest_seconds=ask(link, lambda camera: float(camera.ExposureMin)) or 0.0,
        longest_seconds=ask(link, lambda camera: float(camera.ExposureMax)) or math.inf,
        has_shutter=bool(ask(link, lambda camera: camera.HasShutter)),
    )


def read_filters(rig: Rig) -> FilterNames:
    """Return what is in the wheel; nothing without one."""
    if rig.filterwheel is None:
        return FilterNames()
    return FilterNames(tuple(map(str, rig.filterwheel.read(lambda wheel: wheel.Names))))


def read_state(rig: Rig) -> InstrumentState:
    """Ask every device how it stands; those that do not answer are named in the state's problems."""
    known: dict[str, Any] = {}
    problems: list[str] = []
    for link, questions in questions_for(rig):
        try:
            known.update(answers(link, questions))
        except DeviceError:
            problems.append(f"the {link.device} did not answer")
    return InstrumentState(**known, problems=tuple(problems))


def answers(link: DeviceLink, questions: Questions) -> dict[str, Any]:
    """Return what a device says to each question, None to what it does not know; raises DeviceError.

    One request brings most of it from devices that have DeviceState.
    """
    told = ask(link, lambda device: {each["Name"]: each["Value"] for each in device.DeviceState}) or {}
    return {name: _answer(link, question, told) for name, question in questions.items()}


def _answer(link: DeviceLink, question: Question, told: Mapping[str, Any]) -> Any:
    value = told.get(question.member)
    if value is None:
        value = ask(link, attrgetter(question.member))
    try:
        return None if value is None else question.kind(value)
    except (TypeError, ValueError):
        return None


def questions_for(rig: Rig) -> Iterator[tuple[DeviceLink, Questions]]:
    """Return each device that there is, and what to ask it for an InstrumentState."""
    for device, questions in _QUESTIONS.items():
        link: DeviceLink | None = getattr(rig, device)
        if link is not None:
            yield link, questions


_QUESTIONS: Mapping[str, Questions] = {
    "camera": {
        "ccd_temperature": Question("CCDTemperature", float),
        "set_point": Question("SetCCDTemperature", float),
        "cooler_power": Question("CoolerPower", float),
        "cooler_on": Question("CoolerOn", bool),
        "heat_sink_temperature": Question("HeatSinkTemperature", float),
        "state": Question("CameraState", int),
        "progress": Question("PercentCompleted", float),
    },
    "filterwheel": {"filter": Question("Position", int)},
    "focuser": {
        "focus_position": Question("Position", int),
        "focus_temperature": Question("Temperature", float),
        "focus_moving": Question("IsMoving", bool),
    },
    "rotator": {
        "rotator_angle": Question("Position", float),
        "rotator_mechanical": Question("MechanicalPosition", float),
        "rotator_moving": Question("IsMoving", bool),
    },
    "covercalibrator": {
        "cover": Question("CoverState", int),
        "calibrator": Question("CalibratorState", int),
    },
}


def as_samples(state: InstrumentState, kinds: Mapping[str, type]) -> dict[str, Any]:
    """Return a state as the fields of a feed: what is not known is NaN, -1, or false."""
    unknown = {float: math.nan, int: _UNKNOWN, bool: False}
    # Cameras refuse to tell their progress while they do nothing.
    values = {name: getattr(state, name) for name in kinds}
    if state.state is not None and values.get("progress", 0.0) is None:
        values["progress"] = 0.0
    return {name: unknown[kinds[name]] if value is None else value for name, value in values.items()}
