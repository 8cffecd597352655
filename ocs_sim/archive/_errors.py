"""What can go wrong with the housekeeping archive."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class ArchiveError(ObservatoryError):
    """The housekeeping archive has a problem."""


class DirectoryInUse(ArchiveError):
    """{directory} is being recorded to by process {pid}: stop that one, or use another --data-dir."""


class BadRecord(ArchiveError, ValueError):
    """Block {block!r} of {feed} cannot be archived: {fault}."""


class JournalTooNew(ArchiveError):
    """{path} has journal format {version}, this program reads format {known}: upgrade ocs-sim to read it."""


class JournalInUse(ArchiveError):
    """{path} is still being written or sealed by another process: its samples can be read meanwhile."""


class SealFailed(ArchiveError):
    """{journal} could not be sealed ({fault}). Nothing is lost: the journal stays and is tried again."""


class LedgerUnknown(ArchiveError):
    """Which blocks {directory} has already could not be read ({fault}): some may be recorded twice."""


class UnreadableFile(ArchiveError):
    """{path} cannot be read as a housekeeping file: {fault}."""


class FileVanished(UnreadableFile):
    """{path} was removed while it was to be read: it was repacked or pruned just now."""


class TidyingInUse(ArchiveError):
    """{directory} is being repacked or pruned by another process: try again when that is done."""


class RepackFailed(ArchiveError):
    """{first} and those after it could not be repacked ({fault}); they stay as they are, nothing is lost."""


class NoSuchField(ArchiveError, LookupError):
    """No field of {directory} matches {pattern!r}.{hint}"""


class NotNumeric(ArchiveError, TypeError):
    """{name} holds {kind} values, which have no minimum, mean and maximum: use load() for it."""


class MissingExtra(ArchiveError, ImportError):
    """{what} needs {package}, which is not installed: pip install 'ocs-sim[{extra}]'."""


class UnknownExport(ArchiveError, ValueError):
    """Cannot tell what to write to {path}: name it *.csv or *.parquet."""
