"""One operation that ends others of the same agent, because it may not wait for them."""

from __future__ import annotations

from collections.abc import Iterable

from ocs_sim.agent._errors import StillRunning
from ocs_sim.agent._operations import Kind, Operation
from ocs_sim.agent._run import Run
from ocs_sim.agent._session import Session, Status
from ocs_sim.agent._timer import Signal
from ocs_sim.agent._token import CancelReason


class Preemption:
    """Those runs of some operations that were under way when `run` asked them to end.

    Asking and waiting are apart, so that one may say something to the device in between. A run is told
    for whom it ends; what ignores its cancel token is waited for like the others. For plain functions.
    """

    def __init__(self, run: Run, operations: Iterable[Operation]) -> None:
        """Ask each run to end, but for `run` itself."""
        found = (each.session for each in operations)
        self._run = run
        self._sessions = [
            each
            for each in found
            if each is not None and each.status is not Status.DONE and each.token is not run.token
        ]
        for session in self._sessions:
            self._ask(session)

    @property
    def names(self) -> list[str]:
        """The operations which had a run, in the order in which they were named."""
        return [each.identity.op_name for each in self._sessions]

    def wait(self, timeout_seconds: float = 30.0) -> None:
        """Wait until they all have ended.

        Raises StillRunning when one has not in time, Cancelled when the waiting run is asked to end.
        """
        deadline = self._run.token.timer.monotonic() + timeout_seconds
        for session in self._sessions:
            if session.status is Status.DONE:
                continue
            self._run.progress(waiting_for=f"the end of {_owner(session)}")
            self._await(session, deadline)
            if not session.done.is_set:
                raise StillRunning(owner=_owner(session), seconds=timeout_seconds)
        if self._sessions:
            self._run.progress(waiting_for=None)

    def _ask(self, session: Session) -> None:
        session.add_message(f"Asked to end for {self._run.name}[{self._run.id}].")
        is_process = session.identity.op_type == Kind.PROCESS.value
        session.cancel(CancelReason.STOP if is_process else CancelReason.ABORT)

    def _await(self, session: Session, deadline: float) -> None:
        timer = self._run.token.timer
        either = Signal(timer)
        forget = [session.done.listen(either.set), self._run.token.on_cancel(either.set)]
        either.wait(max(0.0, deadline - timer.monotonic()))
        for each in forget:
            each()
        if not session.done.is_set:
            self._run.check()


def _owner(session: Session) -> str:
    return f"{session.identity.op_name}[{session.identity.session_id}]"
