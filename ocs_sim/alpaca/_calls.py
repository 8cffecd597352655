"""Members made ready to be called: looked up, checked and converted once, when the server starts."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from ocs_sim.alpaca._device import Device
from ocs_sim.alpaca._errors import BadRequest
from ocs_sim.alpaca._fields import CONVERTERS, Fields
from ocs_sim.alpaca._members import ClientId, Declared, declared_members


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    keys: tuple[bytes, ...]
    convert: Callable[[str, str], object]

    def value(self, fields: Fields) -> object:
        for key in self.keys:
            text = fields.text(key)
            if text is not None:
                return self.convert(self.name, text)
        raise BadRequest(f"The parameter {self.name} is missing; its name is to be spelt exactly so.")


class Call:
    """One method of one device."""

    __slots__ = (
        "_client_parameter",
        "_parameters",
        "function",
        "has_value",
        "is_async",
        "works_disconnected",
    )

    def __init__(self, device: Device, declared: Declared, *, reads: bool) -> None:
        function = declared.function
        hints = get_type_hints(function)
        self.function: Callable[..., Any] = function.__get__(device)
        self.is_async = inspect.iscoroutinefunction(function)
        self.works_disconnected = declared.works_disconnected
        self.has_value = reads or hints.get("return", type(None)) is not type(None)
        names = list(inspect.signature(function).parameters)[1:]
        self._client_parameter = next((name for name in names if hints[name] is ClientId), None)
        self._parameters = tuple(
            _Parameter(name, _keys(name, declared), CONVERTERS[hints[name]])
            for name in names
            if name != self._client_parameter
        )

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Return the names of the parameters that a request has to give."""
        return tuple(each.name for each in self._parameters)

    def arguments(self, fields: Fields, client: int) -> dict[str, Any]:
        """Return what the method is called with; raises BadRequest or InvalidValue."""
        found: dict[str, Any] = {each.name: each.value(fields) for each in self._parameters}
        if self._client_parameter is not None:
            found[self._client_parameter] = client
        return found


def _keys(name: str, declared: Declared) -> tuple[bytes, ...]:
    alias = declared.aliases.get(name)
    return (name.encode(),) if alias is None else (name.encode(), alias.encode())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What GET and PUT do at one address."""

    device: Device
    member: str
    get: Call | None
    put: Call | None

    @property
    def methods(self) -> str:
        """Return the HTTP methods that it knows."""
        return ", ".join(name for name, call in (("GET", self.get), ("PUT", self.put)) if call is not None)


def endpoints_of(device: Device) -> dict[str, Endpoint]:
    """Return the endpoints of a device by the paths of their addresses."""
    base = f"/api/v1/{device.device_type.lower()}/{device.number}/"
    found = {}
    for name, member in declared_members(type(device)).items():
        get, put = member.get_declared, member.put_declared
        found[base + name.lower()] = Endpoint(
            device,
            name,
            Call(device, get, reads=True) if get is not None else None,
            Call(device, put, reads=False) if put is not None else None,
        )
    return found
