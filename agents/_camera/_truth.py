"""What a simulated camera knows of its image that no real one does, for who asks for it."""

from __future__ import annotations

import json
from typing import Any

from ocs_sim.agent import OperationFailed
from ocs_sim.images import Truth

from .._device import DeviceLink
from ._instrument import CameraFacts

_ACTION = "truth"


class NoTruth(OperationFailed):
    """The {camera} cannot tell what is truly in its images: that takes a simulated one."""


class StrangeTruth(OperationFailed):
    """The truth that the {camera} tells cannot be read: {fault}."""


def action_for_truth(camera: CameraFacts) -> str | None:
    """Return the name of the driver's action that tells the truth; None for a real camera."""
    return next((each for each in camera.actions if each.casefold() == _ACTION), None)


def fetch_truth(link: DeviceLink, camera: CameraFacts) -> Truth:
    """Return what is in the camera's latest image; raises NoTruth, StrangeTruth, DeviceError."""
    action = action_for_truth(camera)
    if action is None:
        raise NoTruth(camera=link.device)
    text = link.read(lambda device: device.Action(action, ""), "tell the truth")
    try:
        return _read(json.loads(text))
    except (TypeError, ValueError, KeyError, AttributeError) as fault:
        raise StrangeTruth(camera=link.device, fault=str(fault)) from fault


def _read(answer: dict[str, Any]) -> Truth:
    facts = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in answer.get("facts", {}).items()
    }
    return Truth(stars=dict(answer["stars"]), facts=facts, units=dict(answer.get("units", {})))
