"""Why blocks are gone for good, in words that `obsbow hk check` shows."""

from __future__ import annotations

FORGOTTEN = "the publisher restarted and kept nothing of that run"
NOT_KEPT = "the publisher has not kept it"
NOT_ARCHIVED = "could not be archived: the messages of the Aggregator's `record` say why"


def evicted(oldest: int) -> str:
    """Return the reason for blocks before the oldest one that a publisher still has."""
    return f"evicted from the publisher's memory (oldest kept: {oldest})"


def cut_off(end: int) -> str:
    """Return the reason for blocks at the end of a run that ended before they were kept."""
    return f"the publisher restarted and had kept that run only up to block {end - 1}"


def began_before(boot_id: str, since: float) -> bool:
    """Whether a boot is older than the archive; False when its id is not the unix time of its beginning."""
    try:
        return float(boot_id) < since
    except ValueError:
        return False
