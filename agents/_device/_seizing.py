"""Taking a device away from whatever operation has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from ocs_sim.agent import Agent, DeviceLock, LockBusy, Run

_TURN_SECONDS = 0.05


@contextmanager
def seized(
    agent: Agent[Any],
    run: Run,
    lock: DeviceLock,
    *operations: str,
    at_once: Callable[[], Any] | None = None,
    timeout_seconds: float = 30.0,
) -> Iterator[None]:
    """End what runs of these operations of the agent, wait for their ends, and hold their lock.

    An operation that begins meanwhile is ended too. `at_once` is called when the others have been asked to
    end and have not ended yet; what it raises is raised when they have. Raises StillRunning or LockBusy when
    that takes too long, and Cancelled when the run is asked to end.
    """
    deadline = run.token.timer.monotonic() + timeout_seconds
    others = agent.preempt(run, *operations)
    try:
        if at_once is not None:
            at_once()
    finally:
        others.wait(timeout_seconds)
    with ExitStack() as stack:
        while not _is_taken(stack, lock, run, deadline):
            agent.preempt(run, *operations).wait(timeout_seconds)
        yield


def _is_taken(stack: ExitStack, lock: DeviceLock, run: Run, deadline: float) -> bool:
    try:
        stack.enter_context(lock.hold(run, _TURN_SECONDS))
    except LockBusy:
        if run.token.timer.monotonic() > deadline:
            raise
        return False
    return True
