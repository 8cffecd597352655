"""What a file consists of that is made of others: which samples of which source go where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._journal_index import Entries
from ocs_sim.archive._layouts import BlockPlan, plan_groups
from ocs_sim.archive._provenance import PROVENANCE
from ocs_sim.archive._records import FieldDescription, Layout
from ocs_sim.archive._sealed_file import SealedFile
from ocs_sim.archive._segments import StoredBlock

Identity = tuple[Layout, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A slice of the samples of a block of a source."""

    source: SealedFile
    block: StoredBlock
    samples: slice


@dataclass(frozen=True)
class MergedBlock:
    """One block of the new file: where it goes, its samples in order, and which runs they came in."""

    plan: BlockPlan
    pieces: Sequence[Piece]
    provenance: NDArray[np.void]

    @property
    def samples(self) -> int:
        """How many samples it has."""
        return sum(piece.samples.stop - piece.samples.start for piece in self.pieces)


@dataclass(slots=True)
class _Run:
    piece: Piece
    boot: str
    row: np.void


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


def _runs(members: Sequence[tuple[SealedFile, StoredBlock]]) -> Iterator[_Run]:
    for source, block in members:
        table, boots = source.provenance(block)
        for row in table:
            first, count = int(row["first_sample"]), int(row["samples"])
            yield _Run(Piece(source, block, slice(first, first + count)), boots[row["boot"]], row)


def _merged(
    plan: BlockPlan, runs: list[_Run], members: Sequence[tuple[SealedFile, StoredBlock]]
) -> MergedBlock:
    ordered = _published_order(runs, plan.boots)
    table = np.zeros(len(ordered), dtype=PROVENANCE)
    boots = {boot: number for number, boot in enumerate(plan.boots)}
    sample = 0
    for number, run in enumerate(ordered):
        for column in PROVENANCE.names or ():
            table[number][column] = run.row[column]
        table[number]["boot"], table[number]["first_sample"] = boots[run.boot], sample
        sample += int(run.row["samples"])
    described = replace(plan, descriptions=_descriptions([block for _, block in members]))
    return MergedBlock(described, list(_joined_pieces(ordered)), _joined_runs(table))


def _published_order(runs: list[_Run], boots: Sequence[str]) -> list[_Run]:
    if any(run.row["first_sequence"] < 0 for run in runs):
        return runs
    places = {boot: number for number, boot in enumerate(boots)}
    return sorted(runs, key=lambda run: (places[run.boot], int(run.row["first_sequence"])))


def _joined_pieces(runs: Sequence[_Run]) -> Iterator[Piece]:
    previous: Piece | None = None
    for run in runs:
        piece = run.piece
        follows = previous and previous.source is piece.source and previous.block is piece.block
        if previous and follows and previous.samples.stop == piece.samples.start:
            previous = replace(previous, samples=slice(previous.samples.start, piece.samples.stop))
            continue
        if previous:
            yield previous
        previous = piece
    if previous:
        yield previous


def _joined_runs(table: NDArray[np.void]) -> NDArray[np.void]:
    """Join runs that go on where another ended, when each of their blocks has as many samples."""
    kept: list[np.void] = []
    for row in table:
        if kept and _goes_on(kept[-1], row):
            last = kept[-1]
            last["last_sequence"] = row["last_sequence"]
            last["sequence_step"] = max(last["sequence_step"], row["sequence_step"])
            for column in ("blocks", "samples"):
                last[column] += row[column]
            last["first_received"] = min(last["first_received"], row["first_received"])
            last["last_received"] = max(last["last_received"], row["last_received"])
        else:
            kept.append(row.copy())
    return np.asarray(kept, dtype=PROVENANCE)


def _goes_on(last: np.void, row: np.void) -> bool:
    steps = {int(run["sequence_step"]) for run in (last, row) if run["blocks"] > 1}
    distance = int(row["first_sequence"] - last["last_sequence"])
    return bool(
        last["boot"] == row["boot"]
        and row["first_sequence"] >= 0
        and distance > 0
        and steps <= {distance}
        and (steps or distance == 1)
        and last["samples"] * row["blocks"] == row["samples"] * last["blocks"]
        and last["samples"] % last["blocks"] == 0
    )


def _descriptions(blocks: Sequence[StoredBlock]) -> Mapping[str, FieldDescription]:
    described: dict[str, FieldDescription] = {}
    for block in blocks:
        for field in block.fields.values():
            known = described.get(field.name, FieldDescription())
            described[field.name] = FieldDescription(
                field.unit or known.unit, field.description or known.description
            )
    return described
