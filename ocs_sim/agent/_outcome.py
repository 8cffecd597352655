"""What a run's function returned or raised, as success and a text."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocs_sim.agent._errors import BadParameters, Cancelled, OperationFailed
from ocs_sim.agent._token import CancelReason
from ocs_sim.errors import ObservatoryError

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; `crashed` when it was nobody's intention."""

    success: bool
    text: str | None = None
    crashed: bool = False


def of_result(result: Any) -> Outcome:
    """Return the outcome of a function that returned: None, a text, or OCS's pair of success and text."""
    if result is None or isinstance(result, str):
        return Outcome(success=True, text=result)
    if isinstance(result, tuple | list) and len(result) == _PAIR and not isinstance(result[0], str):
        return Outcome(bool(result[0]), str(result[1]))
    text = f"CRASH: the operation returned {result!r}, neither None nor a text nor (success, text)"
    return Outcome(success=False, text=text, crashed=True)


def of_error(error: BaseException, is_process: bool) -> Outcome:
    """Return the outcome of a function that raised."""
    if isinstance(error, Cancelled):
        return of_cancel(error.facts.get("reason"), is_process)
    if isinstance(error, OperationFailed):
        return Outcome(success=False, text=str(error))
    if isinstance(error, BadParameters):
        return Outcome(success=False, text=f"ERROR: {error}")
    if isinstance(error, ObservatoryError):
        return Outcome(success=False, text=f"ERROR: {error}", crashed=True)
    return Outcome(success=False, text=f"CRASH: {type(error).__name__}: {error}{_place(error)}", crashed=True)


def of_cancel(reason: str | None, is_process: bool) -> Outcome:
    """Return the outcome of a run that ended because it was asked to: a process did what it should."""
    if is_process:
        return Outcome(success=True, text="Exited on request.")
    by_shutdown = reason == CancelReason.SHUTDOWN.value
    return Outcome(success=False, text="Ended by the agent's shutdown." if by_shutdown else "Aborted.")


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
