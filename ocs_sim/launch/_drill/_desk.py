"""Asks the agents of a scratch site, through the router's web service."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.launch._drill._errors import NotInTime
from ocs_sim.launch._layout import Layout
from ocs_sim.wire import ops_address

Found = TypeVar("Found")
_INDEX = "replay_index"
_ANSWER_SECONDS = 5.0
_POLL_SECONDS = 0.05


class Desk:
    """Questions to agents; nobody there is None, not an error. May be used from several threads."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._caller = HttpCaller(layout.host.hub.wamp_http, timeout_seconds=_ANSWER_SECONDS)

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    def ask(self, name: str, question: str) -> Any:
        """Return an agent's answer to `replay_index`, or to a management question such as `get_feeds`."""
        address = self._layout.address(name)
        return self._call(f"{address}.{_INDEX}") if question == _INDEX else self._call(address, question)

    def session(self, name: str, operation: str) -> dict[str, Any] | None:
        """Return the session of an operation, None when there is none."""
        answer = self._call(ops_address(self._layout.address(name)), "status", operation)
        return answer[2] if answer else None

    def request(self, name: str, action: str, operation: str, **parameters: Any) -> tuple[int, str]:
        """Start or stop an operation; return OCS's code and message. Raises BusError."""
        address = ops_address(self._layout.address(name))
        code, message, _ = self._caller.call(address, action, operation, parameters or None)
        return int(code), str(message)

    def _call(self, procedure: str, *arguments: Any) -> Any:
        try:
            return self._caller.call(procedure, *arguments)
        except BusError:
            return None


def until(
    condition: Callable[[], Found | None],
    what: str,
    seconds: float,
    details: Callable[[], str] = str,
) -> Found:
    """Return the first true value of `condition`; raises NotInTime."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() >= deadline:
            raise NotInTime(seconds=seconds, what=what, details=details())
        time.sleep(_POLL_SECONDS)
    return found
