"""Reservations: who has which observatory when, and so who may command it."""

from ocs_sim.reservations._calendar import Calendar
from ocs_sim.reservations._errors import (
    BadEvent,
    BadTime,
    CalendarUnreadable,
    EventChanged,
    NoSuchEvent,
    NotYourEvent,
    NotYourReservation,
    ReservationError,
)
from ocs_sim.reservations._event import Event, event_table
from ocs_sim.reservations._times import format_time, parse_time

__all__ = [
    "BadEvent",
    "BadTime",
    "Calendar",
    "CalendarUnreadable",
    "Event",
    "EventChanged",
    "NoSuchEvent",
    "NotYourEvent",
    "NotYourReservation",
    "ReservationError",
    "event_table",
    "format_time",
    "parse_time",
]
