"""The table of contents of a sealed file: one JSON text, so that opening a file is one read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ocs_sim.archive._block_arrays import ARCHIVE_GROUP, BlockArrays
from ocs_sim.archive._journal_index import JournalIndex
from ocs_sim.archive._records import FieldDescription, Gap


def block_entry(block: BlockArrays) -> dict[str, Any]:
    """Return what the index says of one block."""
    plan, layout = block.plan, block.plan.layout
    return {
        "path": plan.path,
        "archive_group": f"{ARCHIVE_GROUP}/{plan.key}",
        "agent_address": layout.agent_address,
        "agent_class": layout.agent_class,
        "feed": layout.feed,
        "feed_address": layout.feed_address,
        "block": layout.block,
        "version": plan.version,
        "samples": len(block.times),
        "first_time": float(block.times.min()),
        "last_time": float(block.times.max()),
        "sorted": block.is_sorted,
        "decimated": [level.factor for level in block.levels],
        "numeric": plan.numeric,
        "fields": [
            [name, plan.datasets[name], str(layout.kind(name)), *_described(plan.descriptions, name)]
            for name in layout.fields
        ],
    }


def _described(descriptions: Mapping[str, FieldDescription], name: str) -> tuple[str, str]:
    known = descriptions.get(name, FieldDescription())
    return known.unit, known.description


def index_text(blocks: Iterable[Mapping[str, Any]], index: JournalIndex) -> str:
    """Return the JSON text of the index."""
    return json.dumps({"blocks": list(blocks), "gaps": [asdict(gap) for gap in index.gaps]})


def read_gaps(contents: Mapping[str, Any]) -> list[Gap]:
    """Return the gaps that the recorder knew of."""
    return [Gap(**gap) for gap in contents.get("gaps", [])]
