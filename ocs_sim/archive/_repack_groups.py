"""Which sealed files are to become one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from ocs_sim.archive._listing import Look, Stamp
from ocs_sim.archive._paths import JOURNAL, SEALED
from ocs_sim.archive._sealed_file import SealedFile

_MOST_SOURCES = 500
_DAY_SECONDS = 86400.0
_MOST_BYTES = 16 * 2**30


@dataclass(frozen=True, slots=True)
class RepackOptions:
    """What to make of small files.

    Files begun in the same `span_seconds` (of unix time: UTC days) become one, of up to `most_bytes`.
    `compression` is "gzip", "lzf" or None. A span that is not over yet is left alone unless
    `include_current`; the newest file always is.
    """

    span_seconds: float = _DAY_SECONDS
    compression: str | None = None
    include_current: bool = False
    most_bytes: int = _MOST_BYTES


@dataclass
class Group:
    """Files that become one, oldest first, and their size."""

    names: list[str] = field(default_factory=list)
    size_bytes: int = 0

    def add(self, name: str, size_bytes: int) -> None:
        """Put one more file in."""
        self.names.append(name)
        self.size_bytes += size_bytes


def groups(
    look: Look, stamps: Mapping[str, Stamp], files: Mapping[str, SealedFile], options: RepackOptions
) -> list[Group]:
    """Return what can be merged, oldest first; `files` are those that can be read."""
    if not look.sealed:
        return []
    newest = look.sealed[-1]
    current = span_of(newest, options)
    unsealed = {name.removesuffix(JOURNAL) for name in look.journals}
    usable = [
        name
        for name in look.sealed
        if name in files
        and name != newest
        and Path(name).stem.isdecimal()
        and name.removesuffix(SEALED) not in unsealed
        and (options.include_current or span_of(name, options) < current)
    ]
    found = [
        group
        for _, names in groupby(usable, lambda name: span_of(name, options))
        for group in _bounded(names, stamps, options.most_bytes)
    ]
    return [group for group in found if _is_worth_it(group, files, options)]


def span_of(name: str, options: RepackOptions) -> int:
    """Return the number of the span in which a file was begun."""
    stem = Path(name).stem
    return int(int(stem) // options.span_seconds) if stem.isdecimal() else -1


def _bounded(names: Iterable[str], stamps: Mapping[str, Stamp], most_bytes: int) -> Iterator[Group]:
    group = Group()
    for name in names:
        size = stamps[name].size
        if group.names and (group.size_bytes + size > most_bytes or len(group.names) >= _MOST_SOURCES):
            yield group
            group = Group()
        group.add(name, size)
    if group.names:
        yield group


def _is_worth_it(group: Group, files: Mapping[str, SealedFile], options: RepackOptions) -> bool:
    if len(group.names) > 1:
        return True
    return options.compression is not None and files[group.names[0]].compression != options.compression
