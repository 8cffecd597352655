"""Moments as the texts that ASCOM wants."""

from __future__ import annotations

from datetime import UTC, datetime

from ocs_sim.alpaca import InvalidValue


def iso_text(unix: float) -> str:
    """Return unix seconds as `yyyy-mm-ddThh:mm:ss.sss`, UTC, without a suffix (the form of FITS)."""
    return datetime.fromtimestamp(unix, UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def unix_of(text: str) -> float:
    """Return the unix seconds of an ISO 8601 text, UTC unless it says otherwise; raise InvalidValue."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidValue(f"{text!r} is no ISO 8601 time such as 2026-11-21T04:05:06.789Z") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
