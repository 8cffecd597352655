"""Parts of files, as `Range` asks for them (RFC 9110, 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes `start` to before `end` of a file."""

    start: int
    end: int

    def header(self, size_bytes: int) -> str:
        """Return what `Content-Range` says."""
        return f"bytes {self.start}-{self.end - 1}/{size_bytes}"


def asked_span(header: str | None, size_bytes: int) -> Span | None:
    """Return the one range that is asked for; None when the whole file is to be sent.

    Raises ValueError when none of the file's bytes is in it. Several ranges at once are not served: the
    whole file is an answer to them too.
    """
    match = _ONE_RANGE.fullmatch(header.strip()) if header else None
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        span = Span(max(0, size_bytes - int(last[:20])), size_bytes)
    else:
        end = min(int(last[:20]) + 1, size_bytes) if last else size_bytes
        if last and int(last[:20]) < int(first[:20]):
            return None
        span = Span(int(first[:20]), end)
    if span.start >= span.end:
        raise ValueError(header)
    return span
