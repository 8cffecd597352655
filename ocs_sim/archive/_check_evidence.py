"""What a check needs of every file, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._findings import Span
from ocs_sim.archive._holdings import Part
from ocs_sim.archive._segments import Segment, StoredBlock, select

Run = tuple[str, str]


@dataclass
class BlockEvidence:
    """What all files have of a block; `is_counted` when its publisher numbers what it publishes."""

    times: list[NDArray[np.float64]] = field(default_factory=list)
    messages: int = 0
    is_counted: bool = True

    def add(self, segment: Segment, block: StoredBlock, runs: NDArray[np.void], span: Span) -> None:
        """Add what a file has in the span."""
        selection, _ = select(segment, block, *span)
        times = segment.times(block)[selection]
        self.times.append(times)
        self.messages += int(runs["blocks"].sum()) * len(times) // max(block.samples, 1)
        self.is_counted &= bool((runs["first_sequence"] >= 0).all())


@dataclass
class Evidence:
    """The runs of blocks by feed and boot, and the times of samples by block."""

    runs: dict[Run, NDArray[np.void]]
    blocks: dict[str, BlockEvidence]


def gather(wanted: Sequence[Part], span: Span) -> Evidence:
    """Read what there is; raises UnreadableFile, FileVanished."""
    feeds = {part.block.feed_address for part in wanted}
    asked = {(id(part.segment), _place(part.block)) for part in wanted}
    runs: dict[Run, list[NDArray[np.void]]] = defaultdict(list)
    blocks: dict[str, BlockEvidence] = defaultdict(BlockEvidence)
    for segment in {id(part.segment): part.segment for part in wanted}.values():
        # Sequence numbers count the blocks of a feed, whatever their names: so all of a feed's count.
        for block in [each for each in segment.blocks if each.feed_address in feeds]:
            table, boots = segment.provenance(block)
            counted = table[table["first_sequence"] >= 0]
            for boot in np.unique(counted["boot"]).tolist():
                runs[block.feed_address, boots[boot]].append(counted[counted["boot"] == boot])
            if (id(segment), _place(block)) in asked:
                blocks[block.name].add(segment, block, table, span)
    return Evidence({run: np.concatenate(tables) for run, tables in runs.items()}, dict(blocks))


def _place(block: StoredBlock) -> object:
    return block.key["path"] if isinstance(block.key, dict) else id(block.key)
