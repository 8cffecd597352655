"""The ledger in sealed files: what was recorded up to the end of each."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import h5py

from ocs_sim.archive._block_arrays import ARCHIVE_GROUP
from ocs_sim.archive._journal_ledger import add_all
from ocs_sim.archive._ledger import Ledger
from ocs_sim.archive._paths import sealed_files
from ocs_sim.archive._sealed_index import read_gaps

LEDGER_PATH = f"{ARCHIVE_GROUP}/ledger"
# Clocks step: the newest file by name need not be the last that was written.
_MOST_FILES = 100


def write_ledger(file: h5py.File, ledger: Ledger) -> None:
    """Store a ledger as a JSON text, apart from the index, which readers parse."""
    file[LEDGER_PATH] = json.dumps(ledger.encode(), separators=(",", ":"))


def read_ledger(file: h5py.File) -> Ledger | None:
    """Return what a file says; None from files that were written before there were ledgers."""
    if LEDGER_PATH not in file:
        return None
    return Ledger.decode(json.loads(file[LEDGER_PATH][()]))


def newest_ledger(directory: Path) -> Ledger:
    """Return what the newest sealed files of a directory say; what cannot be read says nothing."""
    ledger = Ledger()
    for path in reversed(sealed_files(directory)[-_MOST_FILES:]):
        try:
            with h5py.File(path, "r") as file:
                ledger.merge(read_ledger(file) or _derived(file))
        except (OSError, KeyError, ValueError, TypeError, RuntimeError):
            continue
    return ledger


def _derived(file: h5py.File) -> Ledger:
    contents = json.loads(file[file.attrs["archive_index"]][()])
    ledger = Ledger()
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for block in contents["blocks"]:
        table = file[f"{block['archive_group']}/provenance"]
        boots = [str(boot) for boot in table.attrs["boot_ids"]]
        runs = table[()]
        for row in runs[runs["first_sequence"] >= 0]:
            ledger.since = min(ledger.since, float(row["first_received"]))
            first, last, step = (
                int(row[name]) for name in ("first_sequence", "last_sequence", "sequence_step")
            )
            numbers = range(first, last + 1, max(step, 1))
            found[block["feed_address"], boots[int(row["boot"])]] += numbers
    for (feed_address, boot_id), sequences in found.items():
        add_all(ledger, feed_address, boot_id, sequences)
    for gap in read_gaps(contents):
        ledger.give_up(gap.feed_address, gap.boot_id, gap.first_missing, gap.last_missing)
    return ledger
