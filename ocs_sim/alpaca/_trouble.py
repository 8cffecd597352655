"""What may go wrong with a device before it is even asked: for tests of those who depend on it."""

from __future__ import annotations

from dataclasses import dataclass

from ocs_sim.alpaca._errors import AlpacaError


@dataclass(frozen=True)
class Trouble:
    """How the next request to a device fares: late, without an answer, or refused; in this order."""

    delay_seconds: float = 0.0
    drop_connection: bool = False
    error: AlpacaError | None = None
