"""What was offered and is not recorded yet: bounded, and cheap to add to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_BYTES_PER_VALUE = 9
_BYTES_PER_LIST = 200
# As msgpack: "record": False, in the description, which comes last.
_NOT_RECORDED = b"\xa6record\xc2"
_DESCRIPTION_BYTES = 1000


class Offered(NamedTuple):
    """A publication, as msgpack or unpacked, and the unix time at which it came."""

    publication: Any
    received: float
    is_replayed: bool
    weight: int


Work = Callable[[], None]


class Intake:
    """A queue between the one thread that offers and the one that records.

    It takes publications up to a number of bytes and of publications; once full it takes none until
    half of it is done, so that what is left out is one stretch rather than many. Work, which is little
    and must be done in order with publications, always fits.
    """

    def __init__(self, most_bytes: int, most_publications: int) -> None:
        self._most_bytes = most_bytes
        self._most_publications = most_publications
        self._items: deque[Offered | Work] = deque()
        # Each is written by one thread only, so that offering needs no lock.
        self._bytes_in = 0
        self._bytes_out = 0
        self.is_full = False

    def __len__(self) -> int:
        return len(self._items)

    @property
    def queued_bytes(self) -> int:
        """How many bytes wait."""
        return self._bytes_in - self._bytes_out

    @property
    def fill(self) -> float:
        """How full it is, from 0 to 1."""
        return max(self.queued_bytes / self._most_bytes, len(self._items) / self._most_publications)

    def offer(self, publication: Any, received: float, is_replayed: bool) -> bool:
        """Take a publication, unless there is no room; tell whether it was taken."""
        weight = weight_of(publication)
        if self.is_full:
            if self.fill > 0.5:
                return False
            self.is_full = False
        elif self._items and self._is_too_much(weight):
            self.is_full = True
            return False
        self._bytes_in += weight
        self._items.append(Offered(publication, received, is_replayed, weight))
        return True

    def _is_too_much(self, weight: int) -> bool:
        return self.queued_bytes + weight > self._most_bytes or len(self._items) >= self._most_publications

    def add(self, work: Work) -> None:
        """Have something done when all that was offered so far has been taken."""
        self._items.append(work)

    def take(self) -> Offered | Work | None:
        """Return what is next; None when there is nothing. `done` tells when it is dealt with."""
        try:
            return self._items.popleft()
        except IndexError:
            self.is_full = False
            return None

    def done(self, item: Offered) -> None:
        """Make room."""
        self._bytes_out += item.weight


def weight_of(publication: Any) -> int:
    """Return about how many bytes a publication holds."""
    if isinstance(publication, bytes | bytearray | memoryview):
        return len(publication)
    try:
        return _BYTES_PER_LIST + sum(_weight_of_block(block) for block in publication[0].values())
    except (TypeError, KeyError, AttributeError, IndexError):
        return _BYTES_PER_LIST


def _weight_of_block(block: Mapping[str, Any]) -> int:
    if "packed" in block:
        return len(block["packed"][3])
    return len(block["timestamps"]) * (1 + len(block["data"])) * _BYTES_PER_VALUE


def blocks_in(publication: Any) -> int:
    """Return how many blocks a publication has, without unpacking it; 1 when that cannot be told."""
    if not isinstance(publication, bytes):
        try:
            return len(publication[0])
        except (TypeError, IndexError):
            return 1
    if _NOT_RECORDED in publication[-_DESCRIPTION_BYTES:]:
        return 0
    header = publication[1:4]
    if header[:1] == b"\xde":
        return int.from_bytes(header[1:], "big")
    return header[0] & 0x0F if header and header[0] & 0xF0 == 0x80 else 1
