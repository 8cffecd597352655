"""The numbers that the wire uses for states and answers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class OpCode(IntEnum):
    """The state of an operation, as heartbeats carry it."""

    NONE = 1
    STARTING = 2
    RUNNING = 3
    STOPPING = 4
    SUCCEEDED = 5
    FAILED = 6
    EXPIRED = 7
    DEGRADED = 8


class ResponseCode(IntEnum):
    """How a call on an operation went."""

    OK = 0
    ERROR = -1
    TIMEOUT = 1


def op_code(status: str, success: bool | None, degraded: bool) -> OpCode:
    """Return the code for a run's status."""
    if status == "done":
        return OpCode.SUCCEEDED if success else OpCode.FAILED
    if status == "running":
        return OpCode.DEGRADED if degraded else OpCode.RUNNING
    return {"starting": OpCode.STARTING, "stopping": OpCode.STOPPING}.get(status, OpCode.NONE)


def op_code_of_session(session: Mapping[str, Any]) -> OpCode:
    """Return the code of an encoded session; one without history has none."""
    return OpCode(session["op_code"]) if session.get("op_code") else OpCode.NONE
