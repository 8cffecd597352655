"""alpyca's objects: made late, and kept from waiting too long."""

from __future__ import annotations

import importlib
from typing import Any

_CLASSES = {
    "camera": "Camera",
    "covercalibrator": "CoverCalibrator",
    "dome": "Dome",
    "filterwheel": "FilterWheel",
    "focuser": "Focuser",
    "observingconditions": "ObservingConditions",
    "rotator": "Rotator",
    "safetymonitor": "SafetyMonitor",
    "switch": "Switch",
    "telescope": "Telescope",
}
_LONGEST_CONNECT_SECONDS = 2.0
_ALPYCA_SECONDS = 5.0


def open_device(kind: str, host: str, port: int, number: int, timeout_seconds: float) -> Any:
    """Return alpyca's object for a device, which talks to nobody yet.

    It gives up on a server that takes no connection within 2 s, or does not answer within the timeout, which
    replaces alpyca's 5 s; the longer ones that alpyca has for a few slow members stay.
    """
    # Imported here: who only checks a site file should not wait for requests.
    from requests.adapters import HTTPAdapter

    class Hurried(HTTPAdapter):
        def send(
            self,
            request: Any,
            stream: bool = False,
            timeout: Any = None,
            verify: Any = True,
            cert: Any = None,
            proxies: Any = None,
        ) -> Any:
            longest = timeout if timeout > _ALPYCA_SECONDS else timeout_seconds
            limits = (min(_LONGEST_CONNECT_SECONDS, timeout_seconds), longest)
            return super().send(request, stream, limits, verify, cert, proxies)

    device_class = getattr(importlib.import_module(f"alpaca.{kind}"), _CLASSES[kind])
    device = device_class(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", number)
    # A proxy from the environment is for the world outside, not for devices.
    device.rqs.trust_env = False
    device.rqs.mount("http://", Hurried())
    return device


def close_device(device: Any) -> None:
    """Close the connections of an object of alpyca's; the device is told nothing."""
    device.rqs.close()
