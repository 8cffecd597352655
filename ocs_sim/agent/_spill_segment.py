"""One file of spilled publications, and where in it each is."""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ocs_sim.agent._publication import Publication

SUFFIX = ".spill"
MAGIC = b"OBSPILL1"
# How long the record's content is, its CRC, the numbers of its first and last block, how long the topic is.
_HEADER = struct.Struct("<IIQQH")
_CHECKED_FROM = 8


def encode(publication: Publication) -> bytes:
    """Return a publication as a record."""
    topic = publication.topic.encode()
    size = len(topic) + len(publication.packed)
    numbers = publication.first_sequence, publication.last_sequence
    unchecked = _HEADER.pack(size, 0, *numbers, len(topic))
    crc = zlib.crc32(publication.packed, zlib.crc32(topic, zlib.crc32(unchecked[_CHECKED_FROM:])))
    return b"".join((_HEADER.pack(size, crc, *numbers, len(topic)), topic, publication.packed))


def decode(data: bytes | memoryview, position: int = 0) -> Publication | None:
    """Return the publication of the record at a position; None when none is whole there."""
    start = position + _HEADER.size
    if start > len(data):
        return None
    size, crc, first, last, topic_size = _HEADER.unpack_from(data, position)
    content = data[start : start + size]
    if len(content) != size or topic_size > size or last < first:
        return None
    if zlib.crc32(content, zlib.crc32(data[position + _CHECKED_FROM : start])) != crc:
        return None
    topic = bytes(content[:topic_size]).decode("utf-8", "replace")
    return Publication(topic, bytes(content[topic_size:]), first, last, spilled=True)


def record_bytes(publication: Publication) -> int:
    """Return how long the record of a publication is."""
    return _HEADER.size + len(publication.topic.encode()) + len(publication.packed)


@dataclass
class _Places:
    """Of each publication of one feed: the numbers of its first and last block, and where it is."""

    first: array[int] = field(default_factory=lambda: array("Q"))
    last: array[int] = field(default_factory=lambda: array("Q"))
    position: array[int] = field(default_factory=lambda: array("Q"))


class Segment:
    """A file of records, and the place of each. The publications of one topic are in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size_bytes = 0
        self._places: dict[str, _Places] = {}

    @property
    def topics(self) -> list[str]:
        """The topics of which it has publications."""
        return list(self._places)

    def keeps_order(self, publication: Publication) -> bool:
        """Tell whether a publication may be appended: its blocks come after those that are here."""
        places = self._places.get(publication.topic)
        return places is None or publication.first_sequence > places.last[-1]

    def note(self, publication: Publication, size_bytes: int) -> None:
        """Remember that the record of a publication was appended.

        Others may read meanwhile: they go by `last`, and so it comes last.
        """
        places = self._places.get(publication.topic) or _Places()
        places.first.append(publication.first_sequence)
        places.position.append(self.size_bytes)
        places.last.append(publication.last_sequence)
        self._places[publication.topic] = places
        self.size_bytes += size_bytes

    def bounds(self, topic: str) -> tuple[int, int] | None:
        """Return the numbers of the first and last block of a topic; None when it has none."""
        places = self._places.get(topic)
        return (places.first[0], places.last[-1]) if places is not None else None

    def positions(self, topic: str, from_sequence: int, to_sequence: int) -> Iterator[tuple[int, int]]:
        """Yield the first number and the position of each publication with blocks of these numbers."""
        places = self._places.get(topic)
        if places is None:
            return
        for index in range(bisect_left(places.last, from_sequence), len(places.last)):
            if places.first[index] > to_sequence:
                return
            yield places.first[index], places.position[index]


def scan(path: Path) -> Segment:
    """Return what a file has up to its first torn record; raises OSError."""
    segment, data = Segment(path), memoryview(path.read_bytes())
    segment.size_bytes = len(MAGIC)
    if bytes(data[: len(MAGIC)]) != MAGIC:
        return segment
    while (publication := decode(data, segment.size_bytes)) and segment.keeps_order(publication):
        segment.note(publication, record_bytes(publication))
    return segment


def read_at(file: BinaryIO, position: int) -> Publication | None:
    """Return the publication at a position of a file; None when it cannot be read."""
    file.seek(position)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    return decode(header + file.read(_HEADER.unpack(header)[0]))
