"""The housekeeping archive: a journal that loses nothing, sealed HDF5 files, and their reader.

Writing needs neither numpy nor HDF5; the reader, which does, is imported when it is first named.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ocs_sim.archive._counters import FeedCounters, LogHistogram
from ocs_sim.archive._errors import (
    ArchiveError,
    BadRecord,
    DirectoryInUse,
    JournalInUse,
    JournalTooNew,
    MissingExtra,
    NoSuchField,
    NotNumeric,
    RepackFailed,
    SealFailed,
    TidyingInUse,
    UnknownExport,
    UnreadableFile,
)
from ocs_sim.archive._ledger import Ledger
from ocs_sim.archive._recorder import Recorder, RecorderLimits
from ocs_sim.archive._records import FieldDescription, Gap, Record
from ocs_sim.archive._retention import Pruned, PruneReport, RetentionPolicy, prune
from ocs_sim.archive._sealer import seal_in_child
from ocs_sim.archive._told import Missing, Told
from ocs_sim.archive._writer import ArchiveWriter

if TYPE_CHECKING:
    from ocs_sim.archive._archive import Archive
    from ocs_sim.archive._as_published import PublishedBlock
    from ocs_sim.archive._check import Finding, Kind, Limits
    from ocs_sim.archive._data import Decimated, FieldInfo, HousekeepingData, Latest, Series
    from ocs_sim.archive._export import rows, write_csv
    from ocs_sim.archive._frames import load_extra
    from ocs_sim.archive._repack import RepackReport, repack
    from ocs_sim.archive._repack_groups import RepackOptions
    from ocs_sim.archive._seal import seal

_LATE = {
    "Archive": "_archive",
    "Decimated": "_data",
    "FieldInfo": "_data",
    "Finding": "_check",
    "HousekeepingData": "_data",
    "Kind": "_check",
    "Latest": "_data",
    "Limits": "_check",
    "PublishedBlock": "_as_published",
    "Series": "_data",
    "RepackOptions": "_repack_groups",
    "RepackReport": "_repack",
    "load_extra": "_frames",
    "repack": "_repack",
    "rows": "_export",
    "seal": "_seal",
    "write_csv": "_export",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATE[name]}"), name)


__all__ = [
    "Archive",
    "ArchiveError",
    "ArchiveWriter",
    "BadRecord",
    "Decimated",
    "DirectoryInUse",
    "FeedCounters",
    "FieldDescription",
    "FieldInfo",
    "Finding",
    "Gap",
    "HousekeepingData",
    "JournalInUse",
    "JournalTooNew",
    "Kind",
    "Latest",
    "Ledger",
    "Limits",
    "LogHistogram",
    "Missing",
    "MissingExtra",
    "NoSuchField",
    "NotNumeric",
    "PruneReport",
    "Pruned",
    "PublishedBlock",
    "Record",
    "Recorder",
    "RecorderLimits",
    "RepackFailed",
    "RepackOptions",
    "RepackReport",
    "RetentionPolicy",
    "SealFailed",
    "Series",
    "TidyingInUse",
    "Told",
    "UnknownExport",
    "UnreadableFile",
    "load_extra",
    "prune",
    "repack",
    "rows",
    "seal",
    "seal_in_child",
    "write_csv",
]
