"""Seal journals: python -m ocs_sim.archive JOURNAL..."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ocs_sim.archive._errors import ArchiveError


def main(journals: list[str]) -> int:
    """Seal each journal; return 1 when one could not be."""
    from ocs_sim.archive._seal import seal

    os.nice(5)
    failed = 0
    for journal in journals:
        try:
            seal(Path(journal))
        except ArchiveError as error:
            print(error, file=sys.stderr)  # noqa: T201
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
