"""Dependencies that lead back to where they began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def find_cycles(depends_on: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return the children that depend on themselves, each with the way there and back.

    `{"a": ["b"], "b": ["a"]}` gives `{"a": ("a", "b", "a"), "b": ("b", "a", "b")}`.
    """
    found = {name: _way_back(name, depends_on) for name in depends_on}
    return {name: way for name, way in found.items() if way}


def _way_back(start: str, depends_on: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    seen: set[str] = set()
    ways: list[tuple[str, ...]] = [(start,)]
    while ways:
        way = ways.pop(0)
        for after in depends_on.get(way[-1], ()):
            if after == start:
                return (*way, start)
            if after not in seen:
                seen.add(after)
                ways.append((*way, after))
    return ()
