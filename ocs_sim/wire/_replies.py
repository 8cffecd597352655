"""The three-part answers of an operation call, with the texts that OCS clients know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ocs_sim.wire._codes import ResponseCode


class Reply(NamedTuple):
    """What `{address}.ops` returns; on the wire it is a list."""

    code: ResponseCode
    message: str
    session: Mapping[str, Any]


def ok(message: str, session: Mapping[str, Any] | None = None) -> Reply:
    """Return a reply that says yes."""
    return Reply(ResponseCode.OK, message, session or {})


def error(message: str, session: Mapping[str, Any] | None = None) -> Reply:
    """Return a reply that says no."""
    return Reply(ResponseCode.ERROR, message, session or {})


def timed_out(message: str, session: Mapping[str, Any] | None = None) -> Reply:
    """Return a reply that says not yet."""
    return Reply(ResponseCode.TIMEOUT, message, session or {})


class Text:
    """The texts of OCS 0.12.1, stray quotes and all: its clients and users match on them."""

    STATUS_ACTIVE = "Session active."
    STATUS_NONE = "No session active."
    WAIT_IDLE = "Idle."
    ALREADY_STOPPING = "The operation is already stopping"
    ALREADY_DONE = "The operation is already done"

    @staticmethod
    def started(op_type: str, name: str) -> str:
        """Return the answer to a start that was accepted."""
        return f'Started {op_type} "{name}".'

    @staticmethod
    def in_progress(name: str) -> str:
        """Return the answer to a start while a run goes on."""
        return f'Operation "{name}" already in progress.'

    @staticmethod
    def unknown_to_start_or_status(name: str) -> str:
        """Return the answer of start and status for an operation that does not exist."""
        return f'No task or process called "{name}"'

    @staticmethod
    def unknown_to_stop(name: str) -> str:
        """Return the answer of stop and abort for an operation that does not exist."""
        return f'No operation called "{name}".'

    @staticmethod
    def unknown_to_wait(name: str) -> str:
        """Return the answer of wait for an operation that does not exist."""
        return f'Unknown operation "{name}".'

    @staticmethod
    def finished(name: str, success: bool | None) -> str:
        """Return the answer of wait for a run that has ended."""
        return f'Operation "{name}" is currently not running ({"SUCCEEDED" if success else "FAILED"}).'

    @staticmethod
    def still_running(name: str) -> str:
        """Return the answer of wait when its time is up."""
        return f'Operation "{name}" still running; wait timed out.'

    @staticmethod
    def requested(action: str, op_type: str, name: str) -> str:
        """Return the answer to a stop or abort that was accepted."""
        return f'Requested {action} on {op_type} {name}".'

    @staticmethod
    def wrong_kind(action: str, name: str) -> str:
        """Return the answer to stop on a task, or abort on a process."""
        # The braces are what OCS sends: its last words were never formatted.
        return f'Cannot "{action}" "{name}" because it is a "{{op_type}}".'

    @staticmethod
    def unknown_action(name: str) -> str:
        """Return the answer to an action that is none of the five."""
        return f'No implementation for "{name}"'

    @staticmethod
    def crash_in_parameters(error: object) -> str:
        """Return the answer to a start whose parameters could not even be read."""
        return f"CRASH: during param pre-processing: {error}"
