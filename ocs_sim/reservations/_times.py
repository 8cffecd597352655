"""Times as the calendar writes them: UTC, to the second, so that their order is that of their texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ocs_sim.reservations._errors import BadTime

_LONGEST_TOLD = 60
_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.0+)?Z", re.ASCII)


def parse_time(text: object, what: str = "the time") -> float:
    """Return unix seconds of `YYYY-MM-DDTHH:MM:SSZ` (or `.000Z`, as JavaScript writes). Raises BadTime."""
    form = _FORM.fullmatch(text) if isinstance(text, str) else None
    if form is None:
        raise BadTime(what=what, text=repr(text)[:_LONGEST_TOLD])
    try:
        return datetime.fromisoformat(form[1]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise BadTime(what=what, text=repr(text)[:_LONGEST_TOLD]) from None


def format_time(unix: float) -> str:
    """Return `YYYY-MM-DDTHH:MM:SSZ`; parts of a second are left out."""
    return datetime.fromtimestamp(unix // 1, UTC).isoformat()[:19] + "Z"


def tidy_time(text: object, what: str = "the time") -> str:
    """Return a time in the one form that is stored. Raises BadTime."""
    return format_time(parse_time(text, what))
