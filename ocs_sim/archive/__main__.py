"""What the recorder has done in processes of their own, which may load numpy and HDF5.

python -m ocs_sim.archive JOURNAL...            seal journals
python -m ocs_sim.archive --ledger DIRECTORY    print as JSON which blocks the newest sealed files know of
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

from ocs_sim.archive._errors import ArchiveError

_LITTLE_BYTES = 4_000_000


def main(arguments: list[str]) -> int:
    """Do what is asked; return 1 when it could not be done."""
    if arguments[:1] == ["--ledger"]:
        return print_ledger(Path(arguments[1]))
    return seal_all(arguments)


def print_ledger(directory: Path) -> int:
    """Print the ledger of the newest sealed files."""
    from ocs_sim.archive._sealed_ledger import newest_ledger

    print(json.dumps(newest_ledger(directory).encode()))  # noqa: T201
    return 0


def seal_all(journals: list[str]) -> int:
    """Seal each journal; return 1 when one could not be."""
    from ocs_sim.archive._seal import seal
    from ocs_sim.archive._sealed_files import keep_index

    # What takes long gives way to what records; the little of a short run is what `obsbow down` waits for.
    if sum(map(_size_bytes, journals)) > _LITTLE_BYTES:
        os.nice(5)
    failed = 0
    for journal in journals:
        try:
            seal(Path(journal))
        except ArchiveError as error:
            # Whoever started this says what it was about.
            print(error.facts.get("fault", error), file=sys.stderr)  # noqa: T201
            failed = 1
    for directory in {Path(journal).parent.parent for journal in journals}:
        # Only a cache, which whoever reads makes as well.
        with suppress(ArchiveError, OSError):
            keep_index(directory)
    return failed


def _size_bytes(journal: str) -> int:
    with suppress(OSError):
        return Path(journal).stat().st_size
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
