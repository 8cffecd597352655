"""Reads an archive: sealed files and the journal that is being written, as one."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from ocs_sim.archive._as_published import PublishedBlock, as_published
from ocs_sim.archive._catalogue import Catalogue
from ocs_sim.archive._check import Finding, Limits, check
from ocs_sim.archive._data import Decimated, FieldInfo, HousekeepingData, Latest
from ocs_sim.archive._decimate import Bins, Summary, combine, spread, summarise
from ocs_sim.archive._errors import FileVanished, NoSuchField, NotNumeric
from ocs_sim.archive._follow import Follower
from ocs_sim.archive._holdings import Holdings, Part
from ocs_sim.archive._join import join
from ocs_sim.archive._match import matcher, no_such_field
from ocs_sim.archive._segments import StoredField
from ocs_sim.clock import Clock, SystemClock

Moment = float | datetime | None
Pattern = str | Iterable[str]
Result = TypeVar("Result")
_MOST_LOOKS = 5


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
        return self._catalogue.refresh().fields(matcher(pattern))

    def load(self, pattern: Pattern = "*", start: Moment = None, end: Moment = None) -> HousekeepingData:
        """Return the samples of the fields that match; raises NoSuchField when none does."""
        span = _unix(start, -np.inf), _unix(end, np.inf)

        def read(holdings: Holdings) -> HousekeepingData:
            return join(self._found(holdings, pattern, *span), *span)

        return self._read(read)

    def latest(self, pattern: Pattern = "*") -> dict[str, Latest]:
        """Return the newest sample of each field that matches; raises NoSuchField when none does."""

        def read(holdings: Holdings) -> dict[str, Latest]:
            newest = holdings.newest(matcher(pattern))
            if not newest:
                raise self._no_such_field(holdings, pattern)
            return {name: _last_sample(name, *newest[name]) for name in sorted(newest)}

        return self._read(read)

    def decimate(
        self, pattern: Pattern = "*", start: Moment = None, end: Moment = None, points: int = 2000
    ) -> dict[str, Decimated]:
        """Return minimum, mean and maximum of `points` equal bins, for plots of any length of time.

        Without `start` and `end`, over all that is archived of the fields. Where samples are many, bin
        edges are honoured to within a quarter of a bin. Raises NoSuchField, and NotNumeric when no
        field that matches has numbers.
        """
        return self._read(lambda holdings: self._decimate(holdings, pattern, (start, end), points))

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

    def as_published(self, pattern: Pattern = "*") -> Iterator[PublishedBlock]:
        """Yield what was published of the fields that match, block by block, whatever files it is in.

        Feed by feed and boot by boot, in order of sequence; none is not an error. Raises FileVanished when
        a file is repacked or pruned meanwhile.
        """
        return as_published(self._catalogue.refresh().parts(matcher(pattern)))

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
        span = (_unix(start, -np.inf), _unix(end, np.inf))
        now = (clock or SystemClock()).time()
        return self._read(
            lambda holdings: check(self._catalogue, holdings, matcher(pattern), span, limits or Limits(), now)
        )

    def _read(self, read: Callable[[Holdings], Result]) -> Result:
        # Files may be repacked or pruned between being found and being read: look again then.
        for _ in range(_MOST_LOOKS):
            try:
                return read(self._catalogue.refresh())
            except FileVanished:
                continue
        return read(self._catalogue.refresh())

    def _found(self, holdings: Holdings, pattern: Pattern, start: float, end: float) -> list[Part]:
        found = holdings.parts(matcher(pattern), start, end)
        if not found and not holdings.fields(matcher(pattern)):
            raise self._no_such_field(holdings, pattern)
        return found

    def _no_such_field(self, holdings: Holdings, pattern: Pattern) -> NoSuchField:
        return no_such_field(self.directory, pattern, holdings.names())

    def _decimate(
        self, holdings: Holdings, pattern: Pattern, span: tuple[Moment, Moment], points: int
    ) -> dict[str, Decimated]:
        fields = holdings.fields(matcher(pattern))
        if not fields:
            raise self._no_such_field(holdings, pattern)
        numeric = [info for info in fields if info.type not in ("str", "mixed")]
        start = _unix(span[0], min((info.first for info in numeric), default=0.0))
        end = _unix(span[1], np.nextafter(max((info.last for info in numeric), default=1.0), np.inf))
        bins = Bins(start, max(end, np.nextafter(start, np.inf)), points)
        by_block: dict[str, list[Part]] = defaultdict(list)
        found = holdings.parts(matcher(pattern))
        for part in found:
            if numbers := [field for field in part.fields if field.name in part.block.numeric]:
                by_block[part.block.name].append(replace(part, fields=numbers))
        if not by_block:
            raise NotNumeric(name=fields[0].name, kind=found[0].fields[0].kind)
        return {
            name: field for block in sorted(by_block) for name, field in _decimated(by_block[block], bins)
        }


def _last_sample(name: str, part: Part, field: StoredField) -> Latest:
    block = part.block
    if block.is_sorted:
        at, moment = block.samples - 1, block.last_time
    else:
        times = part.segment.times(block)
        at = int(np.argmax(times))
        moment = float(times[at])
    value = part.segment.values(block, field, slice(at, at + 1))[0]
    return Latest(name, moment, value.item() if hasattr(value, "item") else value, field.unit)


def _decimated(found: list[Part], bins: Bins) -> list[tuple[str, Decimated]]:
    fields = {field.name: field for part in found for field in part.fields}
    wanted = list(fields)
    summaries: list[Summary] = []
    for part in found:
        if part.block.last_time < bins.start or part.block.first_time >= bins.end:
            continue
        names = [name for name in wanted if name in part.block.numeric]
        made = summarise(part.segment, part.block, names, bins)
        summaries += made if names == wanted else [spread(each, names, wanted) for each in made]
    low, mean, high, count = combine(summaries, bins, len(wanted))
    block_name = found[0].block.name
    return [
        (
            full := f"{block_name}.{name}",
            Decimated(
                full, bins.centres, low[row], mean[row], high[row], count[row], field.unit, field.description
            ),
        )
        for row, (name, field) in enumerate(fields.items())
    ]


def _unix(moment: Moment, default: float) -> float:
    if moment is None:
        return float(default)
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)
