"""Who has which observatory when: events in a table, and what follows from them for who may command."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ocs_sim.clock import Clock, SystemClock
from ocs_sim.reservations._errors import (
    CalendarUnreadable,
    EventChanged,
    NoSuchEvent,
    NotYourEvent,
    NotYourReservation,
)
from ocs_sim.reservations._event import Event
from ocs_sim.reservations._times import format_time
from ocs_sim.stores import ConditionFailed, Page, StoreError, Table

_ADMIN = "admin"


class Calendar:
    """Events over a table of `event_table()`; for any thread. Methods raise StoreError as the table does.

    Events may overlap: `conflicts` tells of it, and whoever has one of them may command. Whoever changes
    events says who he is: `user_id` and `roles` as a token has them.
    """

    def __init__(self, table: Table, clock: Clock | None = None) -> None:
        """`clock` says when an event was last modified."""
        self._table = table
        self._clock = clock or SystemClock()

    def add(self, event: Event, user_id: str, roles: Collection[str] = ()) -> Event:
        """Keep an event; return it as it is kept. One's own of the same id and start is replaced.

        Raises NotYourReservation for an event of somebody else, NotYourEvent when there is such a one.
        """
        if event.creator_id != user_id and _ADMIN not in roles:
            raise NotYourReservation(creator_id=event.creator_id)
        kept = self._stamped(event)
        try:
            self._table.put(kept.to_document(), absent=True)
        except ConditionFailed:
            there = self._own(event.event_id, event.start, user_id, roles)
            self._put_over(there, kept)
        return kept

    def modify(
        self, event_id: str, start: str, modified: Event, user_id: str, roles: Collection[str] = ()
    ) -> Event:
        """Put another event in the place of one; return it. Its id and its creator stay what they were.

        Raises NoSuchEvent, EventChanged, NotYourEvent: also when another's of this id begins just then.
        """
        there = self._own(event_id, start, user_id, roles)
        kept = self._stamped(replace(modified, event_id=event_id, creator_id=there.creator_id))
        if kept.start == there.start:
            self._put_over(there, kept)
        else:
            self._move(there, kept)
        return kept

    def delete(self, event_id: str, start: str, user_id: str, roles: Collection[str] = ()) -> Event:
        """Remove an event; return it. Raises NoSuchEvent, NotYourEvent."""
        there = self._own(event_id, start, user_id, roles)
        try:
            self._table.delete(there.key, expect={"creator_id": there.creator_id})
        except ConditionFailed:
            raise NoSuchEvent(event_id=event_id, start=start) from None
        return there

    def get(self, event_id: str, start: str) -> Event:
        """Return an event. Raises NoSuchEvent."""
        document = self._table.get(event_id, start)
        if document is None:
            raise NoSuchEvent(event_id=event_id, start=start)
        return Event.of_document(document)

    def at_time(self, site: str, unix: float) -> list[Event]:
        """Return the events of a site during which this time is; both ends of an event belong to it."""
        time = format_time(unix)
        later = self._table.query(site, index="site-end", at_least=time)
        return [event for event in _events(later) if event.start <= time]

    def ending_between(self, site: str, start_unix: float, end_unix: float) -> list[Event]:
        """Return the events of a site that end in this time, all of them, in the order of their ends."""
        if end_unix < start_unix:
            return []
        ends = (format_time(start_unix), format_time(end_unix))
        return _events(self._table.query(site, index="site-end", between=ends))

    def of_user(self, user_id: str, after_unix: float) -> list[Event]:
        """Return the events of a user at all sites that have not ended then, in the order of their ends."""
        return _events(self._table.query(user_id, index="creatorid-end", at_least=format_time(after_unix)))

    def is_scheduled(self, user_id: str, site: str, unix: float) -> bool:
        """Return whether a user has the site at this time."""
        return any(event.creator_id == user_id for event in self.at_time(site, unix))

    def conflicts(self, event: Event) -> list[Event]:
        """Return the other events of the site that overlap with an event."""
        later = self._table.query(event.site, index="site-end", at_least=event.start)
        return [other for other in _events(later) if other.key != event.key and other.overlaps(event)]

    def may_command(self, site: str, user_id: str, roles: Collection[str], unix: float) -> bool:
        """Return whether a user may command a site: when nobody has it, he himself has, or as an admin.

        Raises CalendarUnreadable: who has the site is not known then, so nobody else may.
        """
        if _ADMIN in roles:
            return True
        try:
            events = self.at_time(site, unix)
        except StoreError as error:
            raise CalendarUnreadable(site=site, fault=str(error)) from error
        return not events or any(event.creator_id == user_id for event in events)

    def _own(self, event_id: str, start: str, user_id: str, roles: Collection[str]) -> Event:
        there = self.get(event_id, start)
        if there.creator_id != user_id and _ADMIN not in roles:
            raise NotYourEvent
        return there

    def _stamped(self, event: Event) -> Event:
        return replace(event, last_modified=format_time(self._clock.time()))

    def _put_over(self, there: Event, kept: Event) -> None:
        expected = {"creator_id": there.creator_id, "last_modified": there.last_modified or None}
        try:
            self._table.put(kept.to_document(), expect=expected)
        except ConditionFailed:
            raise EventChanged(event_id=there.event_id) from None

    def _move(self, there: Event, kept: Event) -> None:
        # The start is part of the key. Both are there for a moment: a site is rather reserved too long than
        # free when it is not; who dies in between has only to do it again.
        try:
            self._table.put(kept.to_document(), absent=True)
            is_new = True
        except ConditionFailed:
            # Ids of events are for anybody to see and to choose: one at this place may be somebody else's.
            self._put_over(self._own(*kept.key, kept.creator_id, ()), kept)
            is_new = False
        try:
            self._table.delete(there.key, expect={"creator_id": there.creator_id})
        except ConditionFailed:
            if is_new:
                self._table.delete(kept.key)
            raise EventChanged(event_id=there.event_id) from None


def _events(page: Page) -> list[Event]:
    return [Event.of_document(document) for document in page.documents]
