"""The one place where errors of requests and alpyca become ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ._errors import DeviceError, DeviceMisbehaved, DeviceRefused, DeviceUnreachable

NOT_CONNECTED = 0x407
_REFUSALS = (
    "ActionNotImplementedException",
    "DriverException",
    "InvalidOperationException",
    "InvalidValueException",
    "NotConnectedException",
    "NotImplementedException",
    "OperationCancelledException",
    "ParkedException",
    "SlavedException",
    "ValueNotSetException",
)


@contextmanager
def translated(device: str, doing: str) -> Iterator[None]:
    """Let only DeviceErrors out of the block, and what is nobody's fault but the program's."""
    import requests
    from alpaca import exceptions as alpyca

    refusals = tuple(getattr(alpyca, name) for name in _REFUSALS)
    try:
        yield
    except DeviceError:
        raise
    except requests.exceptions.ConnectTimeout as fault:
        raise DeviceUnreachable(device=device, fault="no connection was taken in time") from fault
    except requests.exceptions.Timeout as fault:
        raise DeviceUnreachable(device=device, fault="no answer came in time") from fault
    except requests.exceptions.JSONDecodeError as fault:
        raise _nonsense(device, doing, fault) from fault
    except requests.exceptions.RequestException as fault:
        raise DeviceUnreachable(device=device, fault=_reason(fault)) from fault
    except alpyca.AlpacaRequestException as fault:
        text = f"HTTP {fault.number}: {fault.message}"
        raise DeviceMisbehaved(device=device, doing=doing, fault=text) from fault
    except refusals as fault:
        raise _refused(device, doing, fault) from fault
    except (ValueError, KeyError, TypeError) as fault:
        # alpyca trusts what it gets: it finds out by these that an answer lacks something.
        raise _nonsense(device, doing, fault) from fault


def was_dropped(fault: DeviceError) -> bool:
    """Return whether a server hung up, which it may do with a connection that was idle."""
    import requests

    cause = fault.__cause__
    return isinstance(cause, requests.exceptions.ConnectionError) and not isinstance(
        cause, requests.exceptions.Timeout
    )


def _refused(device: str, doing: str, fault: Any) -> DeviceRefused:
    text = str(fault.message).rstrip(".") or type(fault).__name__
    return DeviceRefused(device=device, doing=doing, text=text, number=int(fault.number))


def _nonsense(device: str, doing: str, fault: Exception) -> DeviceMisbehaved:
    return DeviceMisbehaved(device=device, doing=doing, fault=f"{type(fault).__name__}: {fault}")


def _reason(fault: Exception) -> str:
    """Return the operating system's words, from below what urllib3 and requests have wrapped them in."""
    causes: list[BaseException] = [fault]
    while len(causes) < 8 and (deeper := _below(causes[-1])) is not None:
        causes.append(deeper)
    errors = [each for each in causes if isinstance(each, OSError) and each.strerror]
    if errors:
        return str(errors[-1].strerror).lower()
    texts = [str(each) for each in causes if type(each).__name__ == "RemoteDisconnected"]
    return "the connection was dropped" if texts else str(fault)


def _below(fault: BaseException) -> BaseException | None:
    inside = [
        each for each in (getattr(fault, "reason", None), *fault.args) if isinstance(each, BaseException)
    ]
    return inside[0] if inside else fault.__cause__ or fault.__context__
