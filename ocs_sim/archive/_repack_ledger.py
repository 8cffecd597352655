"""Which blocks the sources of a file had recorded, all together."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

import h5py
import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._ledger import Ledger
from ocs_sim.archive._repack_plan import MergedBlock
from ocs_sim.archive._sealed_file import SealedFile
from ocs_sim.archive._sealed_ledger import LEDGER_PATH, write_ledger


def write_united_ledger(
    file: h5py.File, sources: Sequence[SealedFile], blocks: Sequence[MergedBlock]
) -> None:
    """Store what the sources' ledgers say; sources without one say what they hold."""
    ledger = Ledger()
    texts = [text for source in sources if (text := _text(source)) is not None]
    for text in texts:
        ledger.merge_encoded(json.loads(text))
    if len(texts) < len(sources):
        _derive(ledger, sources, blocks)
    write_ledger(file, ledger)


def _text(source: SealedFile) -> bytes | None:
    with h5py.File(source.path, "r") as file:
        return bytes(file[LEDGER_PATH][()]) if LEDGER_PATH in file else None


def _derive(ledger: Ledger, sources: Sequence[SealedFile], blocks: Sequence[MergedBlock]) -> None:
    found: dict[tuple[str, str], list[NDArray[np.int64]]] = defaultdict(list)
    for block in blocks:
        for row in block.provenance[block.provenance["first_sequence"] >= 0]:
            ledger.since = min(ledger.since, float(row["first_received"]))
            step = max(int(row["sequence_step"]), 1)
            numbers = np.arange(row["first_sequence"], row["last_sequence"] + 1, step)
            found[block.plan.layout.feed_address, block.plan.boots[row["boot"]]].append(numbers)
    for (feed_address, boot), pieces in found.items():
        numbers = np.unique(np.concatenate(pieces))
        for run in np.split(numbers, np.nonzero(np.diff(numbers) > 1)[0] + 1):
            ledger.add_run(feed_address, boot, int(run[0]), int(run[-1]))
    for gap in [gap for source in sources for gap in source.gaps]:
        ledger.give_up(gap.feed_address, gap.boot_id, gap.first_missing, gap.last_missing)
