"""What injected faults do to requests themselves: late answers, dropped connections, driver errors."""

from __future__ import annotations

from ocs_sim.alpaca import AlpacaError, Trouble
from ocs_sim.world import Fault, Faults

_ANY_DEVICE = "*"


def device_trouble(faults: Faults, device_type: str) -> Trouble | None:
    """Return the trouble that the faults of devices give a request to a type of device, if any."""
    # Asked before each request, and hardly ever so.
    if not faults.has_had("device.slow", "device.lost", "device.failing"):
        return None
    slow = _of(faults, "device.slow", device_type)
    lost = _of(faults, "device.lost", device_type)
    failing = _of(faults, "device.failing", device_type)
    if slow is None and lost is None and failing is None:
        return None
    return Trouble(
        delay_seconds=slow.values["delay_seconds"] if slow else 0.0,
        drop_connection=lost is not None,
        error=_error(failing) if failing else None,
    )


def _error(failing: Fault) -> AlpacaError:
    return AlpacaError(int(failing.values["number"]), str(failing.values["message"]))


def _of(faults: Faults, name: str, device_type: str) -> Fault | None:
    fault = faults.find(name)
    if fault is None or fault.values["device"] not in (_ANY_DEVICE, device_type.lower()):
        return None
    return fault
