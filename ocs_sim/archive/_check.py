"""Looks for what an archive lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ocs_sim.archive._catalogue import Catalogue
from ocs_sim.archive._check_evidence import gather
from ocs_sim.archive._check_sequences import sequence_gaps
from ocs_sim.archive._check_silences import silences
from ocs_sim.archive._errors import ArchiveError, FileVanished
from ocs_sim.archive._findings import Finding, Kind, Limits, Span
from ocs_sim.archive._holdings import Holdings, Matches, Part
from ocs_sim.archive._paths import torn_files

__all__ = ["Finding", "Kind", "Limits", "check"]


def check(
    catalogue: Catalogue, holdings: Holdings, matches: Matches, span: Span, limits: Limits, now: float
) -> list[Finding]:
    """Return the findings in the range `span`, by kind and then by name; raises FileVanished."""
    findings = list(_files(catalogue))
    wanted = holdings.parts(matches, *span)
    try:
        evidence = gather(wanted, span)
        findings += sequence_gaps(evidence.runs, holdings, matches, span)
        findings += silences(evidence.blocks, limits)
    except FileVanished:
        raise
    except ArchiveError as error:
        findings.append(Finding(Kind.UNREADABLE, "archive", str(error), is_loss=True))
    reference = now if catalogue.live else max((part.block.last_time for part in wanted), default=now)
    findings += _stale(wanted, min(reference, span[1]), limits)
    order = list(Kind)
    return sorted(findings, key=lambda found: (order.index(found.kind), found.subject, found.start or 0.0))


def _files(catalogue: Catalogue) -> Iterable[Finding]:
    for path, reason in catalogue.unreadable.items():
        yield Finding(Kind.UNREADABLE, str(path), reason, is_loss=True)
    for path in torn_files(catalogue.directory):
        size = path.stat().st_size
        text = f"{size} bytes that were not intact were set aside when the journal was recovered"
        yield Finding(Kind.TORN, str(path), text, is_loss=True)


def _stale(wanted: Sequence[Part], reference: float, limits: Limits) -> Iterable[Finding]:
    newest: dict[str, float] = {}
    for part in wanted:
        for field in part.fields:
            name = f"{part.block.name}.{field.name}"
            newest[name] = max(newest.get(name, part.block.last_time), part.block.last_time)
    for name, last in sorted(newest.items()):
        age = reference - last
        if age > limits.stale_seconds:
            text = f"the newest sample is {age:.0f} s old"
            yield Finding(Kind.STALE, name, text, is_loss=True, start=last)
