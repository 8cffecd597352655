"""The answers to `{address}.ops`: start, stop, abort, wait and status."""

from __future__ import annotations

import inspect
import itertools
import logging
from collections.abc import Awaitable, Mapping
from typing import Any

from ocs_sim.agent._access import AccessPolicy
from ocs_sim.agent._errors import BadParameters
from ocs_sim.agent._executor import Executor
from ocs_sim.agent._operations import Kind, Operation, Operations
from ocs_sim.agent._session import RunIdentity, Session, Status
from ocs_sim.agent._timer import Timer
from ocs_sim.agent._token import CancelReason
from ocs_sim.wire import Reply, Text, error, ok, timed_out

WireReply = list[Any]


class Dispatcher:
    """Answers calls on an agent's operations exactly as OCS 0.12.1 does, but for two things.

    A start that is refused keeps the previous run, and a value that cannot be sent never keeps an
    answer from being given. All methods are for the loop's thread.
    """

    def __init__(
        self,
        operations: Operations,
        executor: Executor,
        timer: Timer,
        log: logging.LoggerAdapter[Any],
        policy: AccessPolicy | None = None,
    ) -> None:
        self._operations = operations
        self._executor = executor
        self._timer = timer
        self._log = log
        self._policy = policy or AccessPolicy()
        self._numbers = itertools.count()

    def handle(
        self,
        action: str,
        op_name: str,
        params: Any = None,
        timeout: float | None = None,
        password: Any = None,
    ) -> WireReply | Awaitable[WireReply]:
        """Answer one call with a list of code, message and session; `wait` answers with an awaitable."""
        if action == "start":
            return _encode(self.start(op_name, params, password))
        if action in ("stop", "abort"):
            return _encode(self._end(action, op_name, password))
        if action == "wait":
            return self._wait(op_name, timeout)
        if action == "status":
            return _encode(self._status(op_name))
        return _encode(error(Text.unknown_action(op_name)))

    async def ops(self, *args: Any, **kwargs: Any) -> WireReply:
        """Answer one call, awaited."""
        answer = self.handle(*args, **kwargs)
        return await answer if inspect.isawaitable(answer) else answer

    def start(self, op_name: str, params: Any = None, password: Any = None) -> Reply:
        """Start a run as a client would."""
        operation = self._operations.get(op_name)
        if operation is None:
            return error(Text.unknown_to_start_or_status(op_name))
        busy = _refuse_if_busy(operation, op_name)
        if busy is not None:
            return busy
        level = self._policy.level(password)
        refusal = self._policy.refusal(level, operation.min_privs)
        if refusal is not None:
            return error(refusal)
        return self._launch(operation, op_name, params, level)

    def start_own(self, operation: Operation, params: Mapping[str, Any]) -> Reply:
        """Start a run in the agent's own name."""
        busy = _refuse_if_busy(operation, operation.name)
        return busy or self._launch(operation, operation.name, params, self._policy.startup_level)

    def _launch(self, operation: Operation, op_name: str, params: Any, level: int) -> Reply:
        try:
            arguments = operation.parameters.parse(params)
        except BadParameters as fault:
            self._log.warning("start of %s refused: %s", op_name, fault)
            return error(str(fault))
        kind = operation.kind.value
        identity = RunIdentity(next(self._numbers), operation.name, kind, level, arguments)
        session = Session(identity, self._timer, self._log)
        operation.session = session
        # Encoded before it can begin: the answer to a start always says `starting`.
        reply = ok(Text.started(kind, op_name), session.encode(op_name))
        self._executor.launch(operation, session, arguments)
        return reply

    def _end(self, action: str, op_name: str, password: Any) -> Reply:
        operation = self._operations.get(op_name)
        if operation is None:
            return error(Text.unknown_to_stop(op_name))
        if action != operation.kind.ended_by:
            return error(Text.wrong_kind(action, op_name))
        refusal = self._policy.refusal(self._policy.level(password), operation.min_privs)
        if refusal is not None:
            return error(refusal)
        session = operation.session
        if session is None:
            return error(Text.STATUS_NONE)
        if session.status is Status.DONE:
            return error(Text.ALREADY_DONE)
        if session.status is Status.STOPPING:
            return error(Text.ALREADY_STOPPING)
        if operation.abortable:
            session.cancel(CancelReason.STOP if operation.kind is Kind.PROCESS else CancelReason.ABORT)
        else:
            session.add_message("Asked to abort, but this task always runs to its end.")
        return ok(Text.requested(action, operation.kind.value, op_name), session.encode(op_name))

    def _status(self, op_name: str) -> Reply:
        operation = self._operations.get(op_name)
        if operation is None:
            return error(Text.unknown_to_start_or_status(op_name))
        if operation.session is None:
            return ok(Text.STATUS_NONE)
        return ok(Text.STATUS_ACTIVE, operation.session.encode(op_name))

    async def _wait(self, op_name: str, timeout: float | None) -> WireReply:
        operation = self._operations.get(op_name)
        if operation is None:
            return _encode(error(Text.unknown_to_wait(op_name)))
        session = operation.session
        if session is None:
            return _encode(ok(Text.WAIT_IDLE))
        await session.done.wait_async(timeout if timeout is None else max(0.0, timeout))
        encoded = session.encode(op_name)
        if encoded["status"] == Status.DONE.value:
            return _encode(ok(Text.finished(op_name, encoded["success"]), encoded))
        return _encode(timed_out(Text.still_running(op_name), encoded))


def _refuse_if_busy(operation: Operation, op_name: str) -> Reply | None:
    session = operation.session
    if session is None or session.status is Status.DONE:
        return None
    return error(Text.in_progress(op_name), session.encode(op_name))


def _encode(reply: Reply) -> WireReply:
    return [int(reply.code), reply.message, dict(reply.session)]
