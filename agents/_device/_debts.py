"""What must be done to a device that could not be reached when it should have been done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from ._errors import DeviceMisbehaved, DeviceRefused
from ._translate import translated


class Debts:
    """Calls that are owed to a device until it has answered them, each under a name that stands once."""

    def __init__(self, device: str, log: logging.LoggerAdapter[Any]) -> None:
        self._device = device
        self._log = log
        self._lock = threading.Lock()
        self._owed: dict[str, Callable[[Any], Any]] = {}

    def owe(self, what: str, function: Callable[[Any], Any]) -> None:
        """Remember to call `function(device)` in order to `what`."""
        with self._lock:
            self._owed[what] = function

    def pay(self, device: Any) -> None:
        """Do what is owed; a refusal settles it too, as nothing can be done about it. Raises DeviceError."""
        with self._lock:
            owed = dict(self._owed)
        for what, function in owed.items():
            try:
                with translated(self._device, what):
                    function(device)
                self._log.warning("the %s is back and was asked to %s", self._device, what)
            except (DeviceRefused, DeviceMisbehaved) as fault:
                self._log.warning("%s", fault)
            with self._lock:
                self._owed.pop(what, None)
