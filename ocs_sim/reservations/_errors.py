"""What can go wrong with reservations."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class ReservationError(ObservatoryError):
    """The calendar could not do it."""


class BadEvent(ReservationError):
    """The event cannot be kept: {fault}."""


class BadTime(ReservationError):
    """{what} is {text}, which is no UTC time such as 2026-03-01T05:30:00Z."""


class NotYourEvent(ReservationError):
    """You may only modify your own events."""


class NotYourReservation(ReservationError):
    """You may only make events of your own: {creator_id!r} is somebody else."""


class NoSuchEvent(ReservationError):
    """There is no event {event_id!r} that starts at {start}."""


class EventChanged(ReservationError):
    """The event {event_id!r} was changed by somebody else at the same time: look at it again."""


class CalendarUnreadable(ReservationError):
    """The reservations of {site} cannot be read, so nobody but an admin may command it now: {fault}"""
