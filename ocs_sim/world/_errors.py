"""What can be wrong with what is asked of the world: each docstring is what the user reads."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class WorldError(ObservatoryError):
    """The simulated observatory cannot do what was asked of it."""


class OutOfRange(WorldError, ValueError):
    """{what} is {value}, and has to be {allowed}."""


class Parked(WorldError):
    """The {part} is parked: unpark it before it is asked to {action}."""


class NotAllowedNow(WorldError):
    """The {part} cannot {action} now: {reason}."""


class Faulted(WorldError):
    """The {part} has failed: {reason}."""


class ValueNotSet(WorldError):
    """{what} has not been set yet: set it first."""


class NoImage(WorldError):
    """There is no image: {reason}."""


class Unreachable(WorldError):
    """{what} cannot be pointed at: {reason}."""


class ProfileError(WorldError):
    """The profile cannot be used."""


class NoSuchProfile(ProfileError, FileNotFoundError):
    """There is no profile {name!r}: name one of {known}, or give the path of a YAML file."""


class ProfileFaulty(ProfileError, ValueError):
    """The profile {path} cannot be used:
    {listing}
    """


class ScriptFaulty(WorldError, ValueError):
    """The script of events {path} cannot be used:
    {listing}
    """


class NoSuchFault(WorldError, LookupError):
    """There is no fault {name!r}: choose one of {known}."""


class StartNotUnderstood(WorldError, ValueError):
    """The world cannot start at {start!r}: give unix seconds, ISO 8601 such as
    2026-11-21T03:00:00Z, `now` or `night`.
    """


class TimeOnlyGoesForward(WorldError, ValueError):
    """The world's clock is {seconds:.3f} s past the moment asked for, and only goes forward:
    name a later moment.
    """
