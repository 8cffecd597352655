"""Where everything is in a journal: read once from the front, extended as the journal grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._errors import JournalTooNew
from ocs_sim.archive._framing import HEADER, VERSION, header_version, scan
from ocs_sim.archive._payloads import Described, PayloadKind, decode
from ocs_sim.archive._records import FieldDescription, Gap, Layout


@dataclass(slots=True)
class Entries:
    """The blocks of one layout in order of arrival, as parallel lists.

    `blobs` are the offsets of the packed samples; `payloads` the bounds of what holds the texts.
    """

    layout: Layout
    boots: list[int] = field(default_factory=list)
    sequences: list[int | None] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    blobs: list[int] = field(default_factory=list)
    payloads: list[tuple[int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.counts)


class JournalIndex:
    """Offsets of every intact block; `end` is where the intact part ends.

    `snapshot` is the encoded ledger of all that was recorded before; None in journals of older writers.
    """

    def __init__(self) -> None:
        self.end = 0
        self.facts: dict[str, Any] = {}
        self.boots: list[str] = []
        self.descriptions: dict[str, Described] = {}
        self.gaps: list[Gap] = []
        self.snapshot: dict[str, Any] | None = None
        self._by_id: list[Entries] = []
        self._others: dict[int, Callable[[list[Any]], None]] = {
            PayloadKind.FACTS: lambda payload: self.facts.update(payload[1]),
            PayloadKind.LAYOUT: self._add_layout,
            PayloadKind.BOOT: self._add_boot,
            PayloadKind.DESCRIPTION: self._add_description,
            PayloadKind.GAP: lambda payload: self.gaps.append(Gap(*payload[1:6])),
            PayloadKind.LEDGER: self._add_ledger,
        }

    @property
    def entries(self) -> list[Entries]:
        """The blocks by layout, in order of first appearance."""
        return [entries for entries in self._by_id if len(entries)]

    def extend(self, buffer: memoryview, path: object = "the journal") -> int:
        """Read what is intact and new in `buffer`, the journal from its first byte; return new blocks.

        Raises JournalTooNew for a format of the future. What follows a broken frame is not read.
        """
        if self.end == 0:
            version = header_version(buffer)
            if version is None:
                return 0
            if version != VERSION:
                raise JournalTooNew(path=path, version=version, known=VERSION)
            self.end = len(HEADER)
        blocks = 0
        for begin, end in scan(buffer, self.end):
            payload = decode(buffer[begin:end])
            if payload[0] == PayloadKind.DATA:
                self._add_block(payload, begin, end)
                blocks += 1
            elif payload[0] in self._others:
                self._others[payload[0]](payload)
            self.end = end
        return blocks

    def _add_block(self, payload: list[Any], begin: int, end: int) -> None:
        _, layout, boot, sequence, received, samples, texts, blob = payload
        entries = self._by_id[layout]
        entries.boots.append(boot)
        entries.sequences.append(sequence)
        entries.received.append(received)
        entries.counts.append(samples)
        entries.blobs.append(end - len(blob))
        if texts:
            entries.payloads.append((begin, end))

    def _add_boot(self, payload: list[Any]) -> None:
        # A journal that goes on in the place of another may say the same twice.
        if payload[1] == len(self.boots):
            self.boots.append(payload[2])

    def _add_layout(self, payload: list[Any]) -> None:
        if payload[1] != len(self._by_id):
            return
        feed_address, agent_address, agent_class, feed, block, fields, kinds = payload[2:9]
        known = tuple(ColumnKind(kind) for kind in kinds)
        layout = Layout(feed_address, agent_address, agent_class, feed, block, tuple(fields), known)
        self._by_id.append(Entries(layout))

    def _add_ledger(self, payload: list[Any]) -> None:
        self.snapshot = payload[1]

    def _add_description(self, payload: list[Any]) -> None:
        self.descriptions[payload[1]] = {
            block: {name: FieldDescription(*known) for name, known in fields.items()}
            for block, fields in payload[3].items()
        }
