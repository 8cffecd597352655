"""How the layouts of a journal become the groups of a sealed file: names, versions, order of samples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._journal_index import Entries, JournalIndex
from ocs_sim.archive._ledger import boot_moment
from ocs_sim.archive._payloads import Described
from ocs_sim.archive._records import FieldDescription, Layout

# What /entry holds beside the agents' groups.
ENTRY_NAMES = ("_archive", "start_time", "end_time", "title", "program_name")
_ILLEGAL = re.compile(r"[^A-Za-z0-9_]")
NUMERIC = (ColumnKind.FLOAT, ColumnKind.INTEGER, ColumnKind.BOOLEAN)


class Names:
    """Gives each thing of one group a name that NeXus allows and that no other has."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)

    def take(self, wanted: str) -> str:
        """Return `wanted` with illegal characters replaced, and numbered if need be."""
        legal = name = _ILLEGAL.sub("_", wanted) or "_"
        number = 2
        while name in self._taken:
            name, number = f"{legal}_{number}", number + 1
        self._taken.add(name)
        return name


@dataclass(frozen=True)
class BlockPlan:
    """One version of a block: where it goes, and which journal entries it holds in which order."""

    path: str
    key: str
    version: int
    entries: Entries
    order: NDArray[np.int64]
    boots: tuple[str, ...]
    datasets: Mapping[str, str]
    descriptions: Mapping[str, FieldDescription]

    @property
    def layout(self) -> Layout:
        """Whose block it is, and its fields."""
        return self.entries.layout

    @property
    def numeric(self) -> list[str]:
        """The fields that can be plotted, in the order in which they were published."""
        return [name for name in self.layout.fields if self.layout.kind(name) in NUMERIC]


def plan(index: JournalIndex) -> list[BlockPlan]:
    """Return the groups for everything in a journal."""
    return plan_groups(index.entries, index.boots, index.descriptions)


def plan_groups(
    parts: Iterable[Entries], boots: Sequence[str], descriptions: Mapping[str, Described]
) -> list[BlockPlan]:
    """Return the groups for blocks, each of a layout of its own."""
    instances, feeds, blocks = _Allocator(*ENTRY_NAMES), _Allocator(), _Allocator()
    versions: Counter[tuple[str, str]] = Counter()
    plans = []
    for number, entries in enumerate(parts):
        layout = entries.layout
        versions[layout.feed_address, layout.block] += 1
        version = versions[layout.feed_address, layout.block]
        instance = instances.name("", layout.agent_address, layout.instance)
        feed = feeds.name(instance, layout.feed_address, layout.feed)
        wanted = layout.block if version == 1 else f"{layout.block}_v{version}"
        block = blocks.name(f"{instance}/{feed}", f"{layout.block}\0{version}", wanted)
        names = Names("time")
        plans.append(
            BlockPlan(
                path=f"/entry/{instance}/{feed}/{block}",
                key=f"b{number}",
                version=version,
                entries=entries,
                order=published_order(entries, boots),
                boots=tuple(boots),
                datasets={name: names.take(name) for name in layout.fields},
                descriptions=descriptions.get(layout.feed_address, {}).get(layout.block, {}),
            )
        )
    return plans


class _Allocator:
    """Names within groups, the same name for the same thing."""

    def __init__(self, *taken: str) -> None:
        self._reserved = taken
        self._names: dict[str, Names] = {}
        self._given: dict[tuple[str, str], str] = {}

    def name(self, parent: str, identity: str, wanted: str) -> str:
        if (parent, identity) not in self._given:
            names = self._names.setdefault(parent, Names(*self._reserved))
            self._given[parent, identity] = names.take(wanted)
        return self._given[parent, identity]


def published_order(entries: Entries, boot_ids: Sequence[str]) -> NDArray[np.int64]:
    """Return the entries' positions in order of publication: by boot, then by sequence number.

    Boots are in order of time where their ids tell it, as those of our agents do, else in that of arrival.
    Blocks without sequence numbers stay in order of arrival.
    """
    arrival = np.arange(len(entries), dtype=np.int64)
    if None in entries.sequences:
        return arrival
    boots = np.asarray(entries.boots, dtype=np.int64)
    sequences = np.asarray(entries.sequences, dtype=np.int64)
    if len(boots) and (boots != boots[0]).any():
        boots = ranks(boots, boot_ids)[boots]
    later = (np.diff(boots) > 0) | ((np.diff(boots) == 0) & (np.diff(sequences) >= 0))
    return arrival if later.all() else np.lexsort((arrival, sequences, boots))


def ranks(used: NDArray[np.int64], boot_ids: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each boot among all; those that are not in `used` have any."""
    moments = np.array([boot_moment(boot_id) for boot_id in boot_ids])
    if not np.isfinite(moments[np.unique(used)]).all():
        return np.arange(len(boot_ids), dtype=np.int64)
    ranks = np.empty(len(moments), dtype=np.int64)
    ranks[np.argsort(moments, kind="stable")] = np.arange(len(moments))
    return ranks
