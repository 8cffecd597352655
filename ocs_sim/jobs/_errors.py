"""What can go wrong with jobs."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError

_LONGEST_FAULT = 500


def printable(text: str, longest: int = _LONGEST_FAULT) -> str:
    """Return a text that can be encoded, and is not too long: it may quote what a stranger sent."""
    return text[:longest].encode("utf-8", "backslashreplace").decode()


class JobError(ObservatoryError):
    """Something is wrong with a job."""


class NoSuchJob(JobError):
    """There is no job {ulid} at {site}."""


class IllegalTransition(JobError):
    """Job {ulid} of {site} is {old}, so it cannot become {new}: a job that has ended stays as it is, and one
    that is not new any more becomes UNREAD again only when its lease is released or lapses."""


class NotYourJob(JobError):
    """Job {ulid} of {site} is not held by {owner} ({fault}): do not go on with it."""


class JobBusy(JobError):
    """Job {ulid} of {site} changed too often meanwhile: try again."""


class BadUlid(JobError, ValueError):
    """{text!r} is no ULID: it has 26 digits of 0-9 and A-Z without I, L, O and U, the first at most 7."""


class BadJob(JobError, ValueError):
    """The job cannot be accepted: {text}."""

    def __init__(self, *, faults: tuple[str, ...], missing: tuple[str, ...] = ()) -> None:
        """Say all that is wrong; `missing` are keys that are not there, in the order of the documentation."""
        lacking = tuple(f"missing required key {key}" for key in missing)
        faults = tuple(printable(fault) for fault in faults)
        super().__init__(text="; ".join((*lacking, *faults)))
        self.facts = {"faults": faults, "missing": missing}
        self.faults = (*lacking, *faults)
        self.missing = missing

    @property
    def wire_text(self) -> str:
        """The text of the documented answer with status 400, which tells of the first missing key only."""
        return f"Error: {self.faults[0] if self.missing else '; '.join(self.faults)}"


class BadMessage(JobError, ValueError):
    """The message cannot become a job of {site}: {fault}."""

    def __init__(self, *, site: str, fault: str) -> None:
        super().__init__(site=site, fault=printable(fault))
