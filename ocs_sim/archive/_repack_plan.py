"""What a file consists of that is made of others: which samples of which source go where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._journal_index import Entries
from ocs_sim.archive._layouts import BlockPlan, plan_groups
from ocs_sim.archive._records import FieldDescription, Layout
from ocs_sim.archive._repack_order import Piece, Run, by_blocks, by_runs
from ocs_sim.archive._sealed_file import SealedFile
from ocs_sim.archive._segments import StoredBlock

Identity = tuple[Layout, tuple[str, ...]]


@dataclass(frozen=True)
class MergedBlock:
    """One block of the new file: where it goes, its samples in order, and which runs they came in.

    `counts` has the samples of each block that was published, where `provenance` does not tell them.
    """

    plan: BlockPlan
    pieces: Sequence[Piece]
    provenance: NDArray[np.void]
    counts: NDArray[np.unsignedinteger] | None

    @property
    def samples(self) -> int:
        """How many samples it has."""
        return sum(piece.samples.stop - piece.samples.start for piece in self.pieces)


def plan_repack(sources: Sequence[SealedFile]) -> list[MergedBlock]:
    """Return the blocks of the file that holds all that `sources` hold; raises UnreadableFile."""
    members: dict[Identity, list[tuple[SealedFile, StoredBlock]]] = {}
    units = _common_units(sources)
    for source in sources:
        for block in source.blocks:
            members.setdefault(_identity(block, units), []).append((source, block))
    runs = {identity: list(_runs(found)) for identity, found in members.items()}
    boots = list(dict.fromkeys(run.boot for found in runs.values() for run in found))
    plans = plan_groups([Entries(layout) for layout, _ in members], boots, {})
    return [
        _merged(plan, found, members[identity])
        for plan, (identity, found) in zip(plans, runs.items(), strict=True)
    ]


def _layout(block: StoredBlock) -> Layout:
    kinds = tuple(field.kind for field in block.fields.values())
    return Layout(
        block.feed_address,
        block.agent_address,
        block.agent_class,
        block.feed,
        block.block,
        tuple(block.fields),
        kinds,
    )


def _common_units(sources: Sequence[SealedFile]) -> Mapping[tuple[str, str], str]:
    """Return the unit of each field that has never had two; a unit may be told only later."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source in sources:
        for block in source.blocks:
            for field in block.fields.values():
                told[f"{block.feed_address}/{block.block}", field.name].add(field.unit)
    return {key: max(units) for key, units in told.items() if len(units - {""}) < 2}


def _identity(block: StoredBlock, units: Mapping[tuple[str, str], str]) -> Identity:
    key = f"{block.feed_address}/{block.block}"
    # Samples in other units are other samples: they must not get into one dataset.
    return _layout(block), tuple(units.get((key, field.name), field.unit) for field in block.fields.values())


def _runs(members: Sequence[tuple[SealedFile, StoredBlock]]) -> Iterator[Run]:
    for source, block in members:
        table, boots = source.provenance(block)
        counts = source.samples_per_block(block)
        blocks = 0
        for row in table:
            first, samples = int(row["first_sample"]), int(row["samples"])
            own = None if counts is None else counts[blocks : blocks + int(row["blocks"])]
            blocks += int(row["blocks"])
            yield Run(Piece(source, block, slice(first, first + samples)), boots[row["boot"]], row, own)


def _merged(
    plan: BlockPlan, runs: list[Run], members: Sequence[tuple[SealedFile, StoredBlock]]
) -> MergedBlock:
    described = replace(plan, descriptions=_descriptions([block for _, block in members]))
    if all(run.counts is not None and run.row["first_sequence"] >= 0 for run in runs):
        pieces, table, counts = by_blocks(runs, plan.boots)
    else:
        pieces, table, counts = by_runs(runs, plan.boots)
    return MergedBlock(described, pieces, table, counts)


def _descriptions(blocks: Sequence[StoredBlock]) -> Mapping[str, FieldDescription]:
    described: dict[str, FieldDescription] = {}
    for block in blocks:
        for field in block.fields.values():
            known = described.get(field.name, FieldDescription())
            described[field.name] = FieldDescription(
                field.unit or known.unit, field.description or known.description
            )
    return described
