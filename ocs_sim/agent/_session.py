"""One execution of an operation, from start to done; the wire calls it a session."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ocs_sim.agent._messages import MessageLog
from ocs_sim.agent._progress import Progress
from ocs_sim.agent._timer import Signal, Timer
from ocs_sim.agent._token import CancelReason, CancelToken
from ocs_sim.wire import OpCode, op_code, to_plain


class Status(Enum):
    """Where a run stands. It only ever moves forward.

    starting -> running -> stopping -> done, where running and stopping may be left out.
    """

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"


_NEXT: Mapping[Status, frozenset[Status]] = {
    Status.STARTING: frozenset({Status.RUNNING, Status.STOPPING, Status.DONE}),
    Status.RUNNING: frozenset({Status.STOPPING, Status.DONE}),
    Status.STOPPING: frozenset({Status.DONE}),
    Status.DONE: frozenset(),
}
_MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What is known of a run before it begins."""

    session_id: int
    op_name: str
    op_type: str
    cred_level: int
    params: Mapping[str, Any]


class Session:
    """The state of one run. Safe to use from any thread."""

    def __init__(self, identity: RunIdentity, timer: Timer, log: logging.LoggerAdapter[Any]) -> None:
        self.identity = identity
        self.timer = timer
        self.token = CancelToken(timer)
        self.done = Signal(timer)
        self.data: Any = {}
        self.pace: Mapping[str, Any] | None = None
        self._log = log
        self._lock = threading.RLock()
        self._status = Status.STARTING
        self._success: bool | None = None
        self._start_time = timer.time()
        self._end_time: float | None = None
        self._degraded: tuple[str, float] | None = None
        self._progress = Progress()
        self._warned: set[str] = set()
        self._messages = MessageLog(self._start_time)
        self._say_status(self._start_time)

    @property
    def status(self) -> Status:
        """Where the run stands."""
        return self._status

    @property
    def success(self) -> bool | None:
        """How the run ended; None before."""
        return self._success

    @property
    def code(self) -> OpCode:
        """The number that heartbeats carry."""
        with self._lock:
            return op_code(self._status.value, self._success, self._degraded is not None)

    def begin(self) -> bool:
        """Move to running; False when the run was asked to end before it could begin."""
        with self._lock:
            return self._status is Status.STARTING and self._move(Status.RUNNING)

    def cancel(self, reason: CancelReason) -> None:
        """Ask the run to end."""
        with self._lock:
            self._move(Status.STOPPING)
        self.token.cancel(reason)

    def finish(self, *, success: bool, text: str | None) -> None:
        """End the run; only the first call counts."""
        with self._lock:
            if self._status is Status.DONE:
                return
            if text is not None:
                self.add_message(text)
            self._success = success
            self._progress = replace(self._progress, waiting_for=None)
            self._move(Status.DONE)
        self.done.set()

    def add_message(self, text: str) -> None:
        """Append a message, which is also logged."""
        self._add(self.timer.time(), str(text))

    def report(self, **changes: Any) -> None:
        """Change fields of the progress."""
        with self._lock:
            self._progress = replace(self._progress, **changes)

    def set_degraded(self, reason: str | None) -> None:
        """Say that the run does not do its job now and why; None when it does again."""
        with self._lock:
            before, now = self._degraded, self.timer.time()
            if reason == (before and before[0]):
                return
            self._degraded = reason if reason is None else (reason, before[1] if before else now)
        self.add_message("Recovered." if reason is None else f"Degraded: {reason}")

    def encode(self, op_name: str | None = None) -> dict[str, Any]:
        """Return the run as the wire has it, `op_name` being the name under which it was asked for."""
        with self._lock:
            data = self._plain(self.data, "data")
            extras = self._encode_extras()
            identity, degraded = self.identity, self._degraded
            return {
                "session_id": identity.session_id,
                "op_name": op_name or identity.op_name,
                "op_code": int(self.code),
                "cred_level": identity.cred_level,
                "status": self._status.value,
                "degraded": degraded is not None,
                "success": self._success,
                "start_time": self._start_time,
                "end_time": self._end_time,
                "data": data,
                "messages": self._messages.encode(self.timer.time()),
                **extras,
            }

    def _encode_extras(self) -> dict[str, Any]:
        reason, since = self._degraded or (None, None)
        return {
            "params": self._plain(self.identity.params, "params"),
            "progress": self._plain(self._progress.encode(), "progress"),
            "degraded_reason": reason,
            "degraded_since": since,
            "cancel_reason": self.token.reason,
            "pace": self.pace,
        }

    def _plain(self, value: Any, path: str) -> Any:
        plain, warnings = to_plain(value, path)
        for warning in warnings:
            self._warn(warning)
        return plain

    def _warn(self, warning: str) -> None:
        if warning in self._warned or len(self._warned) > _MOST_WARNINGS:
            return
        self._warned.add(warning)
        full = len(self._warned) > _MOST_WARNINGS
        self.add_message("WARNING: and more such values" if full else f"WARNING: {warning}")

    def _move(self, status: Status) -> bool:
        if status not in _NEXT[self._status]:
            return False
        self._status = status
        now = self.timer.time()
        if status is Status.DONE:
            self._end_time = now
        self._say_status(now)
        return True

    def _say_status(self, now: float) -> None:
        self._add(now, f'Status is now "{self._status.value}".')

    def _add(self, now: float, text: str) -> None:
        with self._lock:
            self._messages.add(now, text)
        name, number = self.identity.op_name, self.identity.session_id
        self._log.info("%s:%d %s", name, number, text, extra={"op": name, "run": number})
