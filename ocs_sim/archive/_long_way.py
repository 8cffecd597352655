"""Archives blocks that are not like their predecessor: checks, repairs and describes each field anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._encoder import Placed
from ocs_sim.archive._errors import BadRecord
from ocs_sim.archive._ledger import Ledger
from ocs_sim.archive._records import Layout
from ocs_sim.archive._repair import Names, decode, record_of, sequence_of
from ocs_sim.archive._shapes import ListShape, PackedShape, times_are_finite
from ocs_sim.archive._sources import Source
from ocs_sim.archive._writer import ArchiveWriter
from ocs_sim.wire import BadFeedMessage, Block, PackedSamples


@dataclass(slots=True)
class Outcome:
    """What became of a block: names and numbers of values of what was appended, and what was wrong."""

    appended: list[tuple[str, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class LongWay:
    """Appends one block, whatever it looks like, and remembers its shape for the next one like it."""

    def __init__(self, ledger: Ledger, counters: Counter[str], tell: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._counters = counters
        self._tell = tell
        self._names = Names()

    def append(self, writer: ArchiveWriter, source: Source, key: Any, body: Any, received: float) -> Outcome:
        """Append what can be archived of a block."""
        source.shapes.pop(key, None)
        outcome = Outcome()
        try:
            _, blocks = decode([{key: body}, source.info.encode()], outcome.faults.append)
            for block in blocks:
                if values := self._append(writer, source, key, block, received):
                    outcome.appended.append((block.name, values))
        except (BadFeedMessage, BadRecord) as fault:
            outcome.faults.append(str(fault))
        except Exception as error:  # a block that nobody foresaw must not take the others with it
            outcome.faults.append(
                f"A block of {source.info.address} could not be archived: {type(error).__name__}: {error}."
            )
        return outcome

    def _append(self, writer: ArchiveWriter, source: Source, key: Any, block: Block, received: float) -> int:
        if block.packed is not None:
            return self._append_packed(writer, source, key, block, block.packed, received)
        columns, changed = self._names.repair(block.data)
        self._tell_of(source, changed)
        if not writer.append(record_of(source.info, block, columns, received)):
            return 0
        layout = writer.layout_of(source.info.address, block.name)
        is_alike = layout and not changed and layout.fields == tuple(block.data)
        if layout and is_alike and source.is_counted and ListShape.fits(layout) and writer.keeps(layout):
            source.shapes[key] = ListShape(layout, source.boot_id)
        return len(block.timestamps) * len(columns)

    def _append_packed(
        self,
        writer: ArchiveWriter,
        source: Source,
        key: Any,
        block: Block,
        packed: PackedSamples,
        received: float,
    ) -> int:
        names, changed = self._names.repair(dict.fromkeys(packed.fields, ()))
        self._tell_of(source, changed)
        if not packed.samples or not names:
            return 0
        if not times_are_finite(packed.blob, packed.samples):
            raise BadRecord(block=block.name, feed=source.info.address, fault="a timestamp is not finite")
        sequence = sequence_of(block)
        placed = Placed(_layout(source, block.name, names, packed), source.boot_id)
        writer.append_blob(placed, sequence, received, packed.samples, packed.blob)
        if sequence is not None:
            self._ledger.add(source.info.address, source.boot_id, sequence)
        if source.is_counted:
            texts = ",".join(packed.fields), ",".join(packed.kinds)
            source.shapes[key] = PackedShape(placed.layout, source.boot_id, *texts)
        return packed.samples * len(names)

    def _tell_of(self, source: Source, changed: str) -> None:
        if changed:
            self._counters["repaired"] += 1
            self._tell(f"Recording fields of {source.info.address} under other names: {changed}.")


def _layout(source: Source, block: str, names: Mapping[str, Iterable[Any]], packed: PackedSamples) -> Layout:
    info, kinds = source.info, tuple(map(ColumnKind, packed.kinds))
    return Layout(
        info.address, info.agent_address, info.agent_class, info.feed_name, block, tuple(names), kinds
    )
