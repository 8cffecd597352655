"""One line of a header, before it becomes one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ocs_sim.images._errors import BadFact

if TYPE_CHECKING:
    from astropy.io.fits import Header

_COLUMNS = 80
_KEY = re.compile(r"[A-Z0-9_-]{1,8}")
_VALUE_COLUMNS = 20
_DIGITS = 14


class Card(NamedTuple):
    """A key, its value (None: left out) and its comment, which begins with the unit in brackets."""

    key: str
    value: Any
    comment: str = ""


def put(header: Header, cards: Iterable[Card]) -> None:
    """Append the cards which have a value to a header; raises BadFact for a key that FITS does not allow."""
    for key, value, comment in cards:
        if value is None or value == "":
            continue
        if not _KEY.fullmatch(key):
            raise BadFact(what="a header's key", value=key, reason="it is 1 to 8 of A-Z, 0-9, - and _")
        header[key] = (_clean(value), "")
        header.comments[key] = _fitting(header, key, ascii_text(comment))


def further(cards: Mapping[str, Any]) -> Iterator[Card]:
    """Return what a user adds, key -> value or (value, comment), as cards."""
    for key, value in cards.items():
        yield Card(key.upper(), *value) if isinstance(value, tuple) else Card(key.upper(), value)


def ascii_text(text: str) -> str:
    """Return text as printable ASCII, which is all that FITS allows: accents go, and the rest is `?`."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "?" for letter in plain)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return ascii_text(value)
    return _short(value) if isinstance(value, float) else value


def _short(value: float) -> float:
    """Return a number that fits in a card's columns; its last digits are noise of its arithmetic."""
    texts = (f"{value:.{digits}g}" for digits in range(_DIGITS, 0, -1))
    return float(next(text for text in texts if len(text) <= _VALUE_COLUMNS))


def _fitting(header: Header, key: str, comment: str) -> str:
    taken = len(str(header.cards[key]).rstrip())
    if taken > _COLUMNS:
        return ""
    # Values are written in columns 11 to 30, so that comments begin in one line below each other.
    room = _COLUMNS - max(taken, 30) - len(" / ")
    return comment[: max(room, 0)].rstrip()
