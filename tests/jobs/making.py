"""Clocks that are set by hand, requests, and tables in which things go wrong."""

from typing import Any

from ocs_sim.jobs import JobRequest
from ocs_sim.stores import ConditionFailed, StoreUnreachable, Table

SITE = "tst"


class SetClock:
    """A clock that is set, also back; it stands still between."""

    def __init__(self, unix: float = 1_700_000_000.0) -> None:
        self.unix = unix

    def time(self) -> float:
        return self.unix

    def monotonic(self) -> float:
        return self.unix


def request(action: str = "expose", device: str = "camera", site: str = SITE, **more: Any) -> JobRequest:
    return JobRequest(site=site, device=device, instance=f"{device}1", action=action, **more)


class Around:
    """A table that does what another does."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)


class TellsTwice(Around):
    """A service whose answer is lost each time, so that its client asks again, which then finds it done."""

    def put(self, document: Any, **more: Any) -> None:
        self._table.put(document, **more)
        self._table.put(document, **more)

    def update(self, key: Any, **more: Any) -> Any:
        self._table.update(key, **more)
        return self._table.update(key, **more)


class GoesAway(Around):
    """A service that cannot be reached any more after some updates."""

    def __init__(self, table: Table, updates: int) -> None:
        super().__init__(table)
        self.left = updates

    def update(self, key: Any, **more: Any) -> Any:
        if self.left == 0:
            raise StoreUnreachable(store="the table", fault="it went away")
        self.left -= 1
        return self._table.update(key, **more)


class Meanwhile(Around):
    """A table in which others are always a bit faster: `event` happens just before each first update."""

    def __init__(self, table: Table, event: Any) -> None:
        super().__init__(table)
        self._event = event

    def update(self, key: Any, **more: Any) -> Any:
        event, self._event = self._event, None
        if event is not None:
            event()
        return self._table.update(key, **more)


class LateIndex(Around):
    """A table whose indexes show what was there at a moment, as services bring them up to date only later."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._shown: dict[Any, Any] = {}

    def query(self, partition: str, *, index: str | None = None, **more: Any) -> Any:
        if index is None:
            return self._table.query(partition, **more)
        key = (partition, index, *sorted(more.items(), key=str))
        return self._shown.setdefault(key, self._table.query(partition, index=index, **more))


__all__ = [
    "SITE",
    "Around",
    "ConditionFailed",
    "GoesAway",
    "LateIndex",
    "Meanwhile",
    "SetClock",
    "TellsTwice",
    "request",
]
