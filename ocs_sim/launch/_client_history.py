"""What was typed into the client before, across its runs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

_LINES_KEPT = 1000


@contextlib.contextmanager
def history(path: Path) -> Iterator[None]:
    """Offer the lines of earlier conversations, and keep those of this one; only at a terminal."""
    if not sys.stdin.isatty():
        yield
        return
    try:
        import readline
    except ImportError:
        yield
        return
    # `=` and `-` belong to the words of a command.
    readline.set_completer_delims(" \t\n")
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    try:
        yield
    finally:
        readline.set_history_length(_LINES_KEPT)
        # A home that cannot be written to costs the history, not the conversation.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(path)
