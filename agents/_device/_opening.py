"""alpyca's objects: made late, kept from waiting too long or for each other, and each a client of its own."""

from __future__ import annotations

import importlib
import itertools
import random
import threading
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
_LARGEST_FIRST_CLIENT = 60_000
_clients = itertools.count(random.randint(1, _LARGEST_FIRST_CLIENT))  # noqa: S311 - no secret


class _Unlocked:
    """Stands for a lock that nobody has to wait for."""

    def acquire(self) -> None:
        """Go on."""

    def release(self) -> None:
        """Do nothing."""


def new_client_id() -> int:
    """Return a ClientID that no other link of this process has.

    alpyca has one for the whole process: there, who disconnects would disconnect all others from the device.
    """
    return next(_clients)


def server_address(host: str, port: int) -> str:
    """Return `host:port` as URLs have it, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def open_device(
    kind: str, host: str, port: int, number: int, *, client_id: int, timeout_seconds: float
) -> Any:
    """Return alpyca's object for a device, which talks to nobody yet.

    It gives up on a server that takes no connection within 2 s, or does not answer within the timeout, which
    replaces alpyca's 5 s; the longer ones that alpyca has for a few slow members stay. One request at a time
    is sent with it.
    """
    # Imported here: who only checks a site file should not wait for requests.
    import requests

    turn = threading.Lock()

    class Messenger(requests.Session):
        def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
            place = "params" if str(method).upper() == "GET" else "data"
            kwargs[place] = {**(kwargs.get(place) or {}), "ClientID": str(client_id)}
            given = kwargs.get("timeout") or 0.0
            longest = given if given > _ALPYCA_SECONDS else timeout_seconds
            kwargs["timeout"] = (min(_LONGEST_CONNECT_SECONDS, timeout_seconds), longest)
            with turn:
                return super().request(method, url, *args, **kwargs)

    # alpyca has one lock for all devices of the process: one that hangs would keep all others waiting.
    importlib.import_module("alpaca.device").Device._ctid_lock = _Unlocked()  # noqa: SLF001
    device_class = getattr(importlib.import_module(f"alpaca.{kind}"), _CLASSES[kind])
    device = device_class(server_address(host, port), number)
    device.rqs.close()
    device.rqs = Messenger()
    # A proxy from the environment is for the world outside, not for devices.
    device.rqs.trust_env = False
    return device


def close_device(device: Any) -> None:
    """Close the connections of an object of alpyca's; the device is told nothing."""
    device.rqs.close()
