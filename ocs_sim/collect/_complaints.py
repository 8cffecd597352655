"""What goes wrong with an agent is said once, and again only after it went well."""

from __future__ import annotations

import logging
from typing import Any

_MOST = 1000


class Complaints:
    """Logs each kind of fault of each agent once."""

    def __init__(self, log: logging.Logger | logging.LoggerAdapter[Any]) -> None:
        self._log = log
        self._made: set[tuple[str, str, str]] = set()

    def make(self, agent_address: str, what: str, fault: BaseException) -> None:
        """Log a fault of an agent in `what`, unless that is known."""
        complaint = (agent_address, what, type(fault).__name__)
        if complaint in self._made or len(self._made) >= _MOST:
            return
        self._made.add(complaint)
        self._log.warning("cannot collect from %s (%s): %s", agent_address, what, fault or complaint[2])

    def withdraw(self, agent_address: str, what: str) -> None:
        """Take note that it went well."""
        self._made = {made for made in self._made if made[:2] != (agent_address, what)}
