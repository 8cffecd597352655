"""How the errors of a world are told to Alpaca clients: the one place where they get their numbers."""

from __future__ import annotations

from collections.abc import Callable

from ocs_sim.alpaca import (
    AlpacaError,
    DriverError,
    InvalidOperation,
    InvalidValue,
    InvalidWhileParked,
    ValueNotSet,
)
from ocs_sim.errors import ObservatoryError
from ocs_sim.world import Faulted, NoImage, NotAllowedNow, OutOfRange, Parked, Unreachable, WorldError
from ocs_sim.world import ValueNotSet as NothingSet

_DEVICE_FAILED = 0x501
_UNEXPECTED = 0x500

# The most particular first: the first kind that an error is of counts.
_REFUSALS: tuple[tuple[type[WorldError], Callable[[str], AlpacaError]], ...] = (
    (OutOfRange, InvalidValue),
    (Unreachable, InvalidValue),
    (Parked, InvalidWhileParked),
    (NothingSet, ValueNotSet),
    (NotAllowedNow, InvalidOperation),
    (NoImage, InvalidOperation),
    (Faulted, lambda text: DriverError(text, _DEVICE_FAILED)),
)


def refusal(error: ObservatoryError) -> AlpacaError:
    """Return the Alpaca error that tells what an error of the world tells."""
    for kind, refuse in _REFUSALS:
        if isinstance(error, kind):
            return refuse(str(error))
    return DriverError(str(error), _UNEXPECTED)
