"""Faults: what goes wrong, from when to when."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ocs_sim.world._errors import NoSuchFault, OutOfRange
from ocs_sim.world._fault_catalogue import FAULTS
from ocs_sim.world._part import Part, locked

if TYPE_CHECKING:
    from ocs_sim.world._world import World

# Longer than the other parts: weather stations average over a day.
_REMEMBERED_SECONDS = 90_000.0

Turn = Callable[[float, "Fault"], None]


@dataclass(frozen=True)
class Fault:
    """One occurrence of a fault: unix seconds, `until` is infinite while nothing ends it."""

    name: str
    since: float
    until: float
    values: dict[str, Any]


class Faults(Part):
    """What goes wrong in a world: injected by name, for a time or until it is cleared."""

    def __init__(self, world: World) -> None:
        """Begin with nothing wrong."""
        super().__init__(world)
        self._known: dict[str, list[Fault]] = defaultdict(list)
        self._listeners: dict[str, list[tuple[Turn, Turn]]] = defaultdict(list)

    def catalogue(self) -> dict[str, str]:
        """Return what each fault's name means."""
        return {name: kind.text for name, kind in FAULTS.items()}

    def values_of(self, name: str) -> dict[str, float | str]:
        """Return the values that a fault takes, with their defaults; raises NoSuchFault."""
        if name not in FAULTS:
            raise NoSuchFault(name=name, known=", ".join(FAULTS))
        return dict(FAULTS[name].values)

    @locked
    def inject(self, /, name: str, seconds: float | None = None, **values: Any) -> None:
        """Let a fault begin now, and end after `seconds` or by `clear`; it replaces one that is there.

        Raises NoSuchFault, and OutOfRange for values that the fault does not take and for no time at all.
        """
        if seconds is not None and not 0 < seconds < math.inf:
            raise OutOfRange(what="The number of seconds of a fault", value=seconds, allowed="above 0")
        self.begin(self._world.now(), name, seconds, values)

    def begin(self, at: float, name: str, seconds: float | None, values: dict[str, Any]) -> None:
        """Let a fault begin at a moment that is now: for scripts."""
        checked = self.checked(name, values)
        self._end(at, name)
        until = math.inf if seconds is None else at + seconds
        fault = Fault(name, at, until, checked)
        self._known[name] = [each for each in self._known[name] if each.until > self._forgotten_before()]
        self._known[name].append(fault)
        for begins, _ in self._listeners[name]:
            begins(at, fault)
        if seconds is not None:
            self._world.at(until, lambda moment: self._tell_end(moment, fault))

    @locked
    def clear(self, name: str | None = None) -> None:
        """End one fault, or all of them; raises NoSuchFault for a name that none has."""
        if name is not None:
            self.values_of(name)
        for each in [name] if name else list(self._known):
            self._end(self._world.now(), each)

    @locked
    def active(self) -> list[Fault]:
        """Return what is wrong now, by name."""
        now = self._world.now()
        found = (self._at(name, now) for name in sorted(self._known))
        return [fault for fault in found if fault]

    @locked
    def is_active(self, name: str, unix: float | None = None) -> bool:
        """Return whether a fault is there, at a moment or now."""
        return self._at(name, self._world.now() if unix is None else unix) is not None

    @locked
    def find(self, name: str, unix: float | None = None) -> Fault | None:
        """Return the fault of a name that is there at a moment or now, or None."""
        return self._at(name, self._world.now() if unix is None else unix)

    @locked
    def has_had(self, *names: str) -> bool:
        """Return whether any of these faults has occurred so far."""
        return any(self._known[name] for name in names)

    @locked
    def all_of(self, name: str) -> tuple[Fault, ...]:
        """Return all occurrences of a fault in the last day, oldest first."""
        return tuple(self._known[name])

    def on(self, name: str, begins: Turn, ends: Turn) -> None:
        """Have a part told at which moment a fault begins and ends."""
        self._listeners[name].append((begins, ends))

    def checked(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return a fault's values with the defaults of those not given; raises NoSuchFault and OutOfRange."""
        known = self.values_of(name)
        for key, value in values.items():
            if key not in known:
                raise OutOfRange(
                    what=f"A value of {name}", value=key, allowed=f"one of {', '.join(known) or 'none'}"
                )
            what, kind = f"{name}'s {key}", FAULTS[name]
            if isinstance(known[key], str):
                known[key] = _text(what, value, kind.choices.get(key))
            else:
                known[key] = _number(what, value, *kind.range_of(key))
        return known

    def _forgotten_before(self) -> float:
        return self._world.keep_since() - _REMEMBERED_SECONDS

    def _at(self, name: str, unix: float) -> Fault | None:
        for fault in reversed(self._known.get(name, ())):
            if fault.since <= unix < fault.until:
                return fault
        return None

    def _end(self, at: float, name: str) -> None:
        fault = self._at(name, at)
        if fault:
            self._known[name][self._known[name].index(fault)] = replace(fault, until=at)
            self._tell_end(at, replace(fault, until=at))

    def _tell_end(self, at: float, fault: Fault) -> None:
        # A fault that was cleared early told its end then.
        if fault in self._known[fault.name] and fault.until == at:
            for _, ends in self._listeners[fault.name]:
                ends(at, fault)


def _text(what: str, value: Any, choices: tuple[str, ...] | None) -> str:
    if choices is None:
        return str(value)
    if str(value).lower() not in choices:
        raise OutOfRange(what=what, value=repr(value), allowed=f"one of {', '.join(choices)}")
    return str(value).lower()


def _number(what: str, value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise OutOfRange(what=what, value=value, allowed="a number")
    if not low <= value <= high:
        allowed = f"{low:g} or more" if math.isinf(high) else f"from {low:g} to {high:g}"
        raise OutOfRange(what=what, value=value, allowed=allowed)
    return value
