"""Reads an archive: sealed files and the journal that is being written, as one."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from ocs_sim.archive._catalogue import Catalogue
from ocs_sim.archive._check import Finding, Limits, check
from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._data import Decimated, FieldInfo, HousekeepingData, Latest
from ocs_sim.archive._decimate import Bins, Summary, combine, spread, summarise
from ocs_sim.archive._errors import NotNumeric
from ocs_sim.archive._follow import Follower
from ocs_sim.archive._join import join
from ocs_sim.archive._match import matcher, no_such_field
from ocs_sim.archive._segments import Segment, StoredBlock, StoredField
from ocs_sim.clock import Clock, SystemClock

Moment = float | datetime | None
Pattern = str | Iterable[str]
_TYPES = {
    ColumnKind.FLOAT: "float",
    ColumnKind.INTEGER: "int",
    ColumnKind.BOOLEAN: "bool",
    ColumnKind.TEXT: "str",
    ColumnKind.JSON: "mixed",
}


class Archive:
    """The housekeeping data below a directory.

    Each call looks at the directory anew, so that what is being recorded is found within a second; what
    was read of sealed files is kept. Patterns are globs on `instance.feed.block.field`; one without
    dots also matches a field's own name. Times are unix seconds or datetimes; ranges include their start
    and exclude their end. Use it as a context manager, or `close` it. Not thread-safe.
    """

    def __init__(self, directory: Path | str) -> None:
        self.directory = Path(directory)
        self._catalogue = Catalogue(self.directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every file."""
        self._catalogue.close()

    @property
    def unreadable(self) -> dict[Path, str]:
        """The files that the last call could not read, with the reason; their samples are missing."""
        return dict(self._catalogue.unreadable)

    def fields(self, pattern: Pattern = "*") -> list[FieldInfo]:
        """Return the fields that match, by name; none is not an error."""
        found: dict[str, FieldInfo] = {}
        for stored in _matching(self._catalogue.refresh(), pattern):
            found[stored.name] = _extended(found.get(stored.name), stored)
        return [found[name] for name in sorted(found)]

    def load(self, pattern: Pattern = "*", start: Moment = None, end: Moment = None) -> HousekeepingData:
        """Return the samples of the fields that match; raises NoSuchField when none does."""
        segments = self._catalogue.refresh()
        self._found(segments, pattern)
        return join(segments, matcher(pattern), _unix(start, -np.inf), _unix(end, np.inf))

    def latest(self, pattern: Pattern = "*") -> dict[str, Latest]:
        """Return the newest sample of each field that matches; raises NoSuchField when none does."""
        newest: dict[str, Stored] = {}
        for stored in self._found(self._catalogue.refresh(), pattern):
            known = newest.get(stored.name)
            if known is None or stored.block.last_time >= known.block.last_time:
                newest[stored.name] = stored
        return {name: _last_sample(newest[name]) for name in sorted(newest)}

    def decimate(
        self, pattern: Pattern = "*", start: Moment = None, end: Moment = None, points: int = 2000
    ) -> dict[str, Decimated]:
        """Return minimum, mean and maximum of `points` equal bins, for plots of any length of time.

        Without `start` and `end`, over all that is archived of the fields. Where samples are many, bin
        edges are honoured to within a quarter of a bin. Raises NoSuchField, and NotNumeric when no
        field that matches has numbers.
        """
        found = self._found(self._catalogue.refresh(), pattern)
        numeric = [stored for stored in found if stored.field.name in stored.block.numeric]
        if not numeric:
            raise NotNumeric(name=found[0].name, kind=found[0].field.kind)
        first = _unix(start, min(stored.block.first_time for stored in numeric))
        last = _unix(end, np.nextafter(max(stored.block.last_time for stored in numeric), np.inf))
        bins = Bins(first, max(last, np.nextafter(first, np.inf)), points)
        by_block: dict[str, list[Stored]] = defaultdict(list)
        for stored in numeric:
            by_block[stored.block.name].append(stored)
        return {
            name: field for block in sorted(by_block) for name, field in _decimated(by_block[block], bins)
        }

    def follow(
        self,
        pattern: Pattern = "*",
        *,
        wait: Callable[[float], object] = time.sleep,
        poll_seconds: float = 0.1,
    ) -> Iterator[HousekeepingData]:
        """Yield what is recorded from now on, as it comes, for ever.

        `wait` is called between looks; when it returns true (as Event.wait does when set) this ends.
        """
        follower = Follower(self.directory, matcher(pattern))
        try:
            while True:
                if news := follower.poll():
                    yield news
                if wait(poll_seconds):
                    return
        finally:
            follower.close()

    def check(
        self,
        pattern: Pattern = "*",
        start: Moment = None,
        end: Moment = None,
        *,
        limits: Limits | None = None,
        clock: Clock | None = None,
    ) -> list[Finding]:
        """Return what is missing, stale or unreadable, most serious first."""
        segments = self._catalogue.refresh()
        return check(
            self._catalogue,
            segments,
            matcher(pattern),
            (_unix(start, -np.inf), _unix(end, np.inf)),
            limits or Limits(),
            (clock or SystemClock()).time(),
        )

    def _found(self, segments: list[Segment], pattern: Pattern) -> list[Stored]:
        found = _matching(segments, pattern)
        if not found:
            names = {stored.name for stored in _matching(segments, "*")}
            raise no_such_field(self.directory, pattern, names)
        return found


@dataclass(frozen=True)
class Stored:
    """One field of one block of one file."""

    name: str
    segment: Segment
    block: StoredBlock
    field: StoredField


def _matching(segments: Iterable[Segment], pattern: Pattern) -> list[Stored]:
    matches = matcher(pattern)
    return [
        Stored(name, segment, block, field)
        for segment in segments
        for block in segment.blocks
        for field in block.fields.values()
        if matches(name := f"{block.name}.{field.name}")
    ]


def _extended(known: FieldInfo | None, stored: Stored) -> FieldInfo:
    block, field = stored.block, stored.field
    return FieldInfo(
        name=stored.name,
        type=_TYPES[field.kind] if known is None or known.type == _TYPES[field.kind] else "mixed",
        unit=field.unit or (known.unit if known else ""),
        description=field.description or (known.description if known else ""),
        first=min(block.first_time, known.first) if known else block.first_time,
        last=max(block.last_time, known.last) if known else block.last_time,
        samples=block.samples + (known.samples if known else 0),
        agent_address=block.agent_address,
        agent_class=block.agent_class,
    )


def _last_sample(stored: Stored) -> Latest:
    times = stored.segment.times(stored.block)
    at = len(times) - 1 if stored.block.is_sorted else int(np.argmax(times))
    value = stored.segment.values(stored.block, stored.field, slice(at, at + 1))[0]
    plain = value.item() if hasattr(value, "item") else value
    return Latest(stored.name, float(times[at]), plain, stored.field.unit)


def _decimated(parts: list[Stored], bins: Bins) -> list[tuple[str, Decimated]]:
    fields = {stored.name: stored.field for stored in parts}
    wanted = [field.name for field in fields.values()]
    blocks = {id(stored.block): stored for stored in parts}
    summaries: list[Summary] = []
    for stored in blocks.values():
        names = [name for name in wanted if name in stored.block.numeric]
        found = summarise(stored.segment, stored.block, names, bins)
        summaries += found if names == wanted else [spread(part, names, wanted) for part in found]
    low, mean, high, count = combine(summaries, bins, len(wanted))
    return [
        (
            name,
            Decimated(
                name, bins.centres, low[row], mean[row], high[row], count[row], field.unit, field.description
            ),
        )
        for row, (name, field) in enumerate(fields.items())
    ]


def _unix(moment: Moment, default: float) -> float:
    if moment is None:
        return float(default)
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)
