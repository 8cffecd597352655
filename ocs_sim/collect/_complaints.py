"""What goes wrong with an agent is said once, and again only after it went well."""

from __future__ import annotations

import logging
from typing import Any

_MOST = 1000


class Complaints:
    """Logs each kind of fault of each agent once."""

    def __init__(self, log: logging.Logger | logging.LoggerAdapter[Any]) -> None:
        self._log = log
        self._made: dict[tuple[str, str, str], int] = {}

    def make(self, agent_address: str, what: str, fault: BaseException, patience: int = 0) -> None:
        """Log a fault of an agent in `what` once it has happened more often than `patience` in a row."""
        complaint = (agent_address, what, type(fault).__name__)
        if len(self._made) >= _MOST and complaint not in self._made:
            return
        times = self._made[complaint] = self._made.get(complaint, 0) + 1
        if times != patience + 1:
            return
        self._log.warning("cannot collect from %s (%s): %s", agent_address, what, fault or complaint[2])

    def withdraw(self, agent_address: str, what: str) -> None:
        """Take note that it went well."""
        for made in [made for made in self._made if made[:2] == (agent_address, what)]:
            del self._made[made]
