"""What a simulated camera knows of its image that no real one does, for who asks for it."""

from __future__ import annotations

import json
from typing import Any

from ocs_sim.agent import OperationFailed
from ocs_sim.images import Simulation, Truth

from .._device import DeviceError, DeviceLink
from ._instrument import CameraFacts

_TRUTH, _SIMULATION = "truth", "simulation"


class NoTruth(OperationFailed):
    """The {camera} cannot tell what is truly in its images: that takes a simulated one."""


class StrangeTruth(OperationFailed):
    """The truth that the {camera} tells cannot be read: {fault}."""


def knows_truth(camera: CameraFacts) -> bool:
    """Return whether a camera can tell the truth, as only a simulated one can."""
    return _action(camera, _TRUTH) is not None


def fetch_simulation(link: DeviceLink, camera: CameraFacts) -> Simulation | None:
    """Return what simulates a camera, and how noisy its latest image is; None for a real one."""
    action = _action(camera, _SIMULATION)
    if action is None:
        return Simulation() if knows_truth(camera) else None
    try:
        answer = json.loads(link.read(lambda device: device.Action(action, ""), "tell what simulates it"))
        noise = answer.get("read_noise")
        return Simulation(
            int(answer["seed"]), str(answer["profile"]), None if noise is None else float(noise)
        )
    except (DeviceError, AttributeError, TypeError, ValueError, KeyError):
        return Simulation()


def fetch_truth(link: DeviceLink, camera: CameraFacts) -> Truth:
    """Return what is in the camera's latest image; raises NoTruth, StrangeTruth, DeviceError."""
    action = _action(camera, _TRUTH)
    if action is None:
        raise NoTruth(camera=link.device)
    text = link.read(lambda device: device.Action(action, ""), "tell the truth")
    try:
        return _read(json.loads(text))
    except (TypeError, ValueError, KeyError, AttributeError) as fault:
        raise StrangeTruth(camera=link.device, fault=str(fault)) from fault


def _action(camera: CameraFacts, name: str) -> str | None:
    return next((each for each in camera.actions if each.casefold() == name), None)


def _read(answer: dict[str, Any]) -> Truth:
    facts = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in answer.get("facts", {}).items()
    }
    return Truth(stars=dict(answer["stars"]), facts=facts, units=dict(answer.get("units", {})))
