"""Makes the best of what publishers send, so that one fault costs no more than it must."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ocs_sim.archive._records import Record
from ocs_sim.wire import BadFeedMessage, Block, FeedInfo, decode_publication

Tell = Callable[[str], None]
_LONGEST_NAME = 255
_VALID = re.compile(r"_*[A-Za-z][A-Za-z0-9_]{0,254}\Z")


def decode(publication: Any, tell: Tell) -> tuple[FeedInfo, tuple[Block, ...]]:
    """Return who published and the blocks that can be read; `tell` gets a sentence for each other one.

    Blocks whose samples are packed stay so.

    Raises BadFeedMessage when not even the publisher can be told.
    """
    topic = _topic(publication)
    try:
        decoded = decode_publication(publication, topic, keep_packed=True)
    except BadFeedMessage as fault:
        if not _is_pair_with_blocks(publication):
            raise
        # One bad block must not take the others with it.
        message, description = publication
        info = decode_publication([{}, description], topic).feed
        if len(message) == 1:
            tell(str(fault))
            return info, tuple(_kept_columns(message, info))
        parts = [decode([{key: body}, description], tell) for key, body in message.items()]
        return info, tuple(block for _, blocks in parts for block in blocks)
    return decoded.feed, decoded.blocks


def _is_pair_with_blocks(publication: Any) -> bool:
    try:
        message, description = publication
    except (TypeError, ValueError):
        return False
    return isinstance(message, Mapping) and isinstance(description, Mapping) and "address" in description


def _kept_columns(message: Mapping[str, Any], info: FeedInfo) -> Iterator[Block]:
    # The columns that have a value for each timestamp are as good as ever.
    for key, body in message.items():
        try:
            count = len(body["timestamps"])
            columns = {name: column for name, column in body["data"].items() if _length(column) == count}
            whole = {"timestamps": body["timestamps"], "data": columns}
            whole |= {name: body.get(name) for name in ("seq", "sent")}
            yield from decode_publication([{key: whole}, info.encode()], info.address).blocks
        except (TypeError, KeyError, AttributeError, BadFeedMessage):
            continue


def _length(column: Any) -> int:
    return -1 if isinstance(column, str | bytes | Mapping) or not hasattr(column, "__len__") else len(column)


def _topic(publication: Any) -> str:
    try:
        return str(publication[1]["address"])
    except (TypeError, KeyError, IndexError):
        return "an unknown feed"


class Names:
    """Repairs field names by OCS's rules; remembers what it did for each set of names."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], dict[str, str] | None] = {}

    def repair(self, columns: Mapping[str, Sequence[Any]]) -> tuple[Mapping[str, Sequence[Any]], str]:
        """Return the columns under names that are allowed, and what was changed; the same if all are."""
        names = tuple(columns)
        if names not in self._known:
            self._known[names] = None if all(map(_is_valid, names)) else _renamed(names)
        renamed = self._known[names]
        if renamed is None:
            return columns, ""
        changed = ", ".join(f"{old!r} as {new!r}" for old, new in renamed.items() if old != new)
        return {renamed[name]: column for name, column in columns.items()}, changed


def _is_valid(name: Any) -> bool:
    return isinstance(name, str) and _VALID.match(name) is not None


def _renamed(names: tuple[Any, ...]) -> dict[str, str]:
    renamed: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        allowed = _allowed(str(name)) or _allowed(f"invalid_field_{name}")
        candidate, number = allowed, 1
        while candidate in taken:
            suffix = f"_{number:02}"
            candidate, number = allowed[: _LONGEST_NAME - len(suffix)] + suffix, number + 1
        taken.add(candidate)
        renamed[name] = candidate
    return renamed


def _allowed(name: str) -> str:
    plain = re.sub("[^a-zA-Z0-9_]", "", (name or "invalid_field").replace(" ", "_"))
    bare = plain.lstrip("_")
    letters = re.sub("^[^a-zA-Z]*", "", bare)
    return (plain[: len(plain) - len(bare)] + letters)[:_LONGEST_NAME] if letters else ""


def sequence_of(block: Block) -> int | None:
    """Return the number of a block; None from publishers that do not count, or not with 63 bits."""
    number = block.sequence
    return number if number is not None and 0 <= number < 2**63 else None


def record_of(info: FeedInfo, block: Block, columns: Mapping[str, Sequence[Any]], received: float) -> Record:
    """Return what is to be archived of a block."""
    return Record(
        feed_address=info.address,
        agent_address=info.agent_address,
        agent_class=info.agent_class,
        feed=info.feed_name,
        boot_id=str(info.extras.get("boot_id") or info.session_id),
        block=block.name,
        received=received,
        timestamps=block.timestamps,
        columns=columns,
        sequence=sequence_of(block),
    )
