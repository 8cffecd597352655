"""Whose tokens count, and by which key and algorithm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Algorithm = Literal["RS256", "HS256"]


class KeySource(Protocol):
    """Where the keys of an issuer are."""

    def key(self, key_id: str | None) -> Any:
        """Return the key that checks a token with this `kid`. Raises Unauthorized when there is none."""
        ...


@dataclass(frozen=True)
class Issuer:
    """An issuer of tokens: `name` is their `iss`, and no other algorithm than its own is taken from it."""

    name: str
    audience: str
    algorithm: Algorithm
    keys: KeySource
