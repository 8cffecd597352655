"""Keeps what was read of sealed files from one process to the next: a cache, and nothing but that.

It stands in the archive's directory, else among the user's caches; it is replaced whole by renaming, so
that readers need no lock. Whatever is wrong with it, it is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgpack
import numpy as np

from ocs_sim.archive._index_rows import ROW, Contents, Layouts
from ocs_sim.archive._listing import Stamp

INDEX_NAME = ".index"
_MAGIC = b"\x89OCSIX\x0a\x01"
_ABANDONED_SECONDS = 60.0
Known = dict[str, tuple[Stamp, Contents]]


def index_paths(directory: Path) -> list[Path]:
    """Return where a cache may be, the best place first."""
    identity = hashlib.blake2b(os.fsencode(directory.resolve()), digest_size=16).hexdigest()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return [directory / INDEX_NAME, caches / "obsbow" / "hk" / f"{identity}.index"]


def load_index(path: Path, layouts: Layouts) -> tuple[Known, int]:
    """Return what is known of files by name, and the size in bytes; nothing when it cannot be used."""
    with suppress(OSError, ValueError, TypeError, KeyError, IndexError, msgpack.UnpackException):
        data = path.read_bytes()
        body = memoryview(data)[len(_MAGIC) + 4 :]
        check = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 4], "little")
        if data.startswith(_MAGIC) and zlib.crc32(body) == check:
            return _decode(msgpack.unpackb(body, strict_map_key=False), layouts), len(data)
    return {}, 0


def store_index(path: Path, known: Mapping[str, tuple[Stamp, Contents]], layouts: Layouts) -> bool:
    """Replace the cache, and tell whether that could be done."""
    body = msgpack.packb(_encode(known, layouts))
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if time.time() - partial.stat().st_mtime > _ABANDONED_SECONDS:
                partial.unlink()
        with partial.open("xb") as file:
            file.write(_MAGIC + zlib.crc32(body).to_bytes(4, "little") + body)
        partial.replace(path)
    except FileExistsError:
        return True  # another reader is at it
    except OSError:
        with suppress(OSError):
            partial.unlink()
        return False
    return True


def _encode(known: Mapping[str, tuple[Stamp, Contents]], layouts: Layouts) -> dict[str, Any]:
    contents = [each for _, each in known.values()]
    rows = np.frombuffer(bytearray().join([each.rows.data for each in contents]), dtype=ROW)
    used, rows["layout"] = np.unique(rows["layout"], return_inverse=True)
    return {
        "names": list(known),
        "stamps": np.asarray([stamp for stamp, _ in known.values()], dtype="<i8").tobytes(),
        "ids": [each.journal_id for each in contents],
        "counts": np.asarray([len(each.rows) for each in contents], dtype="<i8").tobytes(),
        "rows": rows.tobytes(),
        "layouts": [layouts.known[number].text for number in used],
        "supersedes": {at: each.supersedes for at, each in enumerate(contents) if each.supersedes},
        "gaps": {at: each.gaps for at, each in enumerate(contents) if each.gaps},
        "compression": {at: each.compression for at, each in enumerate(contents) if each.compression},
    }


def _decode(told: Mapping[str, Any], layouts: Layouts) -> Known:
    numbers = np.asarray([layouts.number(text) for text in told["layouts"]], dtype="<i4")
    rows = np.frombuffer(told["rows"], dtype=ROW).copy()
    rows["layout"] = numbers[rows["layout"]] if len(rows) else 0
    ends = np.cumsum(np.frombuffer(told["counts"], dtype="<i8")).tolist()
    stamps = np.frombuffer(told["stamps"], dtype="<i8").reshape(-1, 4).tolist()
    supersedes, gaps, compression = told["supersedes"], told["gaps"], told["compression"]
    known: Known = {}
    begin = 0
    items = zip(told["names"], stamps, told["ids"], ends, strict=True)
    for at, (name, stamp, journal_id, end) in enumerate(items):
        replaced = tuple(supersedes.get(at, ()))
        contents = Contents(journal_id, replaced, rows[begin:end], gaps.get(at, ""), compression.get(at))
        known[name] = (Stamp(*stamp), contents)
        begin = end
    return known
