"""One recorded publication, packed."""

from __future__ import annotations

from typing import NamedTuple

# What keeping one costs besides its bytes: the objects around them, and their places in the log.
OVERHEAD_BYTES = 256


class Publication(NamedTuple):
    """A topic, the one positional argument as msgpack, and the numbers of the blocks in it.

    `spilled` says that it is in a file too.
    """

    topic: str
    packed: bytes
    first_sequence: int
    last_sequence: int
    spilled: bool = False

    @property
    def blocks(self) -> int:
        """How many blocks it has."""
        return self.last_sequence - self.first_sequence + 1

    @property
    def size_bytes(self) -> int:
        """How much memory it takes."""
        return len(self.packed) + OVERHEAD_BYTES
