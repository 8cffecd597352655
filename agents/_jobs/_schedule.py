"""Whose turn it is: the jobs of one agent one after the other, those of different agents side by side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A job in the order: `holds` are the agents that it needs for itself, and `after` those whose earlier
    jobs must have ended before it."""

    ulid: str
    holds: frozenset[str]
    after: frozenset[str] = frozenset()


class Schedule:
    """Jobs in the order in which they came. A job may begin when no earlier one is in its way."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._begun: set[str] = set()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def waiting(self) -> list[str]:
        """The jobs that have not begun, in order."""
        return [ulid for ulid in self._places if ulid not in self._begun]

    def add(self, place: Place) -> None:
        """Put a job at the end."""
        self._places.setdefault(place.ulid, place)

    def begin_ready(self) -> list[str]:
        """Return the jobs whose turn has come, each once; they are in others' way until they are removed."""
        ready: list[str] = []
        in_the_way: set[str] = set()
        for ulid, place in self._places.items():
            if ulid not in self._begun and not in_the_way & (place.holds | place.after):
                ready.append(ulid)
            in_the_way |= place.holds
        self._begun.update(ready)
        return ready

    def remove(self, ulid: str) -> None:
        """Take out a job that has ended."""
        self._places.pop(ulid, None)
        self._begun.discard(ulid)
