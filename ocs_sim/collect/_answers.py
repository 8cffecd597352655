"""The answers to `replay` and `replay_index`, read without trusting whoever gave them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ocs_sim.collect._errors import BadReplay
from ocs_sim.collect._requests import AskBlocks
from ocs_sim.wire import BadFeedMessage, unpack_publication


@dataclass(frozen=True, slots=True)
class Kept:
    """The blocks `oldest` to `next - 1` of a feed can be had."""

    oldest: int
    next: int


@dataclass(frozen=True, slots=True)
class Index:
    """What an agent keeps: of its present boot, and of earlier ones by boot id; each by feed name."""

    boot_id: str
    feeds: Mapping[str, Kept]
    earlier: Mapping[str, Mapping[str, Kept]]


@dataclass(frozen=True, slots=True)
class Answer:
    """Part of what was asked for.

    `covered` is the number of the last block up to which the request has been answered; with `more`, the rest
    is still to be asked for. `sequences` are the numbers of the blocks in it, None when nobody looked.
    """

    oldest: int
    next: int
    publications: tuple[bytes, ...]
    covered: int
    more: bool
    sequences: frozenset[int] | None = None

    @property
    def size_bytes(self) -> int:
        """The size of the publications."""
        return sum(map(len, self.publications))


def read_index(answer: Any, agent_address: str) -> Index:
    """Return what an agent answered to `replay_index`; raises BadReplay."""
    try:
        return Index(
            boot_id=str(answer["boot_id"]),
            feeds=_kept(answer["feeds"]),
            earlier={str(each["boot_id"]): _kept(each["feeds"]) for each in answer.get("earlier") or ()},
        )
    except (TypeError, ValueError, KeyError, AttributeError) as fault:
        raise BadReplay(agent=agent_address, procedure="replay_index", fault=_short(fault)) from fault


def read_answer(answer: Any, request: AskBlocks) -> Answer:
    """Return what an agent answered to `replay`; raises BadReplay."""
    try:
        return _read_answer(answer, request)
    except (TypeError, ValueError, KeyError, AttributeError, BadFeedMessage) as fault:
        raise BadReplay(agent=request.agent_address, procedure="replay", fault=_short(fault)) from fault


def sequences(publication: bytes) -> list[int]:
    """Return the numbers of the blocks of a packed publication; raises BadFeedMessage, AttributeError."""
    message, _ = unpack_publication(publication)
    return [number for number in (block.get("seq") for block in message.values()) if isinstance(number, int)]


def _read_answer(answer: Any, request: AskBlocks) -> Answer:
    boot_id, more = answer["boot_id"], bool(answer["more"])
    kept = _range(answer)
    if str(boot_id) != request.boot_id:
        raise ValueError(f"it is of boot {boot_id}, not of {request.boot_id}")
    publications = tuple(_packed(answer["publications"]))
    covered = min(request.last, kept.next - 1)
    if more:
        last = max(sequences(publications[-1]), default=-1) if publications else -1
        if last < request.first:
            raise ValueError("it says that there is more but does not get any further")
        covered = min(last, request.last)
    found = (
        frozenset(number for each in publications for number in sequences(each)) if request.sifted else None
    )
    return Answer(kept.oldest, kept.next, publications, covered, more and covered < request.last, found)


def _packed(publications: Any) -> Iterable[bytes]:
    for each in publications:
        if not isinstance(each, bytes):
            raise TypeError(f"a publication is {type(each).__name__}, not bytes")
        yield each


def _kept(feeds: Any) -> dict[str, Kept]:
    return {str(name): _range(each) for name, each in feeds.items()}


def _range(each: Any) -> Kept:
    oldest, following = each["oldest"], each["next"]
    if type(oldest) is not int or type(following) is not int or not 0 <= oldest <= following:
        raise ValueError(f"oldest {oldest!r} and next {following!r} are no range")
    return Kept(oldest, following)


def _short(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:200]
