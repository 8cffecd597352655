"""One run of an operation, as its agent reports it."""

from __future__ import annotations

from typing import Any

from ocs_sim.wire import OpCode, op_code_of_session


class Session(dict[str, Any]):
    """The session of an OCS reply, a plain dict, whose usual entries are also attributes.

    It is empty for an operation that never ran.
    """

    @property
    def op_name(self) -> str:
        """The operation's name."""
        return str(self.get("op_name", ""))

    @property
    def session_id(self) -> int | None:
        """Which run of its agent this is."""
        return self.get("session_id")

    @property
    def status(self) -> str | None:
        """`starting`, `running`, `stopping` or `done`."""
        return self.get("status")

    @property
    def op_code(self) -> OpCode:
        """The state as heartbeats carry it."""
        return op_code_of_session(self)

    @property
    def success(self) -> bool | None:
        """How it ended; None while it has not."""
        return self.get("success")

    @property
    def degraded(self) -> bool:
        """True while it runs but does not do its job."""
        return bool(self.get("degraded"))

    @property
    def start_time(self) -> float | None:
        """When it began, unix seconds."""
        return self.get("start_time")

    @property
    def end_time(self) -> float | None:
        """When it ended, unix seconds; None while it has not."""
        return self.get("end_time")

    @property
    def data(self) -> dict[str, Any]:
        """What the operation reports."""
        return self.get("data") or {}

    @property
    def messages(self) -> list[tuple[float, str]]:
        """Unix seconds and text of each message, oldest first."""
        return [(time, text) for time, text in self.get("messages") or ()]

    @property
    def progress(self) -> dict[str, Any]:
        """Those of stage, fraction (0 to 1), target, unit, seconds_left, waiting_for that it tells."""
        return {name: value for name, value in (self.get("progress") or {}).items() if value is not None}

    @property
    def identity(self) -> tuple[int | None, float | None]:
        """What tells this run from every other of the same operation, across restarts of its agent."""
        return self.session_id, self.start_time
