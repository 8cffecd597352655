"""Running operations: each plain function in a thread of its own, everything else in the loop."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from typing import Any

from ocs_sim.agent import _outcome
from ocs_sim.agent._locks import DeviceLock
from ocs_sim.agent._operations import Kind, Operation
from ocs_sim.agent._run import Run
from ocs_sim.agent._session import Session
from ocs_sim.agent._timer import Timer
from ocs_sim.agent._token import CancelReason

_JOIN_SECONDS = 0.2


class Executor:
    """Starts runs, and ends those that are left when the agent shuts down.

    `find_lock` returns the DeviceLock behind an attribute's name. All methods are for the loop's thread.
    """

    def __init__(
        self, name: str, timer: Timer, log: logging.LoggerAdapter[Any], find_lock: Callable[[str], DeviceLock]
    ) -> None:
        self._name = name
        self._timer = timer
        self._log = log
        self._find_lock = find_lock
        self._threads: dict[Session, threading.Thread] = {}
        self._tasks: dict[Session, asyncio.Task[None]] = {}

    def launch(self, operation: Operation, session: Session, arguments: Mapping[str, Any]) -> None:
        """Let a run begin soon."""
        lock = self._find_lock(operation.declaration.lock) if operation.declaration.lock else None
        work = _Work(operation, session, arguments, lock, self._log)
        if operation.in_thread:
            name = f"{self._name}:{operation.name}:{session.identity.session_id}"
            # A daemon, so that a function that never returns cannot keep the process from ending.
            thread = threading.Thread(target=work.run, name=name, daemon=True)
            self._threads = {each: old for each, old in self._threads.items() if old.is_alive()}
            try:
                thread.start()
            except RuntimeError as fault:
                session.finish(success=False, text=f"CRASH: no thread to run in: {fault}")
            else:
                self._threads[session] = thread
        else:
            task = asyncio.get_running_loop().create_task(work.run_async())
            self._tasks[session] = task
            task.add_done_callback(lambda _: self._tasks.pop(session, None))

    async def shut_down(self, grace_seconds: float) -> list[str]:
        """Ask every run to end and wait; return the names of those that did not, which are abandoned."""
        unfinished = [each for each in {**self._threads, **self._tasks} if not each.done.is_set]
        for session in unfinished:
            session.cancel(CancelReason.SHUTDOWN)
        deadline = self._timer.monotonic() + grace_seconds
        for session in unfinished:
            await session.done.wait_async(max(0.0, deadline - self._timer.monotonic()))
        stuck = [each for each in unfinished if not each.done.is_set]
        for session in stuck:
            session.finish(
                success=False, text=f"Did not end within {grace_seconds:.1f} s of the agent's shutdown."
            )
        await self._reap(set(stuck))
        return [each.identity.op_name for each in stuck]

    async def _reap(self, stuck: set[Session]) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            # Not for ever: a coroutine may catch even this.
            await asyncio.wait(tasks, timeout=_JOIN_SECONDS)
        for session, thread in self._threads.items():
            if session not in stuck:
                thread.join(_JOIN_SECONDS)


class _Work:
    def __init__(
        self,
        operation: Operation,
        session: Session,
        arguments: Mapping[str, Any],
        lock: DeviceLock | None,
        log: logging.LoggerAdapter[Any],
    ) -> None:
        self._function = operation.function
        self._is_process = operation.kind is Kind.PROCESS
        self._session = session
        self._arguments = arguments
        self._lock = lock
        self._log = log

    def run(self) -> None:
        """Run a plain function in this thread."""
        if not self._begin():
            return
        run = Run(self._session)
        held: AbstractContextManager[None] = self._lock.hold(run) if self._lock else nullcontext()
        try:
            with held:
                result = self._function(run, **self._arguments)
        except BaseException as error:  # whatever it was, the run must end and say so
            self._failed(error)
        else:
            self._finish(_outcome.of_result(result))

    async def run_async(self) -> None:
        """Run a coroutine function, or a function that may return a coroutine, a future or a Deferred."""
        if not self._begin():
            return
        run = Run(self._session)
        held: AbstractAsyncContextManager[None] = self._lock.hold_async(run) if self._lock else nullcontext()
        try:
            async with held:
                result = await _settled(self._function(run, **self._arguments))
        except asyncio.CancelledError:
            self._finish(_outcome.of_cancel(self._session.token.reason, self._is_process))
            raise
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # no operation may end its agent
            self._failed(error)
        else:
            self._finish(_outcome.of_result(result))

    def _begin(self) -> bool:
        if self._session.begin():
            return True
        self._finish(_outcome.of_cancel(self._session.token.reason, self._is_process))
        return False

    def _failed(self, error: BaseException) -> None:
        outcome = _outcome.of_error(error, self._is_process)
        if outcome.crashed:
            self._log.error("%s crashed", self._session.identity.op_name, exc_info=error)
        self._finish(outcome)

    def _finish(self, outcome: _outcome.Outcome) -> None:
        self._session.finish(success=outcome.success, text=outcome.text)


async def _settled(result: Any) -> Any:
    # A Deferred is known by its method, so that nothing here needs Twisted.
    if hasattr(result, "asFuture"):
        return await result.asFuture(asyncio.get_running_loop())
    return await result if inspect.isawaitable(result) else result
