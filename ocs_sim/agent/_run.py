"""What an operation gets to talk to the one who started it."""

from __future__ import annotations

from typing import Any

from ocs_sim.agent._pace import Pace
from ocs_sim.agent._session import Session
from ocs_sim.agent._token import CancelToken


class Run:
    """One execution of an operation, as the operation sees it. Safe to use from any thread.

    `run.wait`, `run.sleep` and `for tick in run.every(...)` are for plain functions, `run.wait_async`,
    `run.sleep_async` and `async for tick in run.every(...)` for coroutines.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def id(self) -> int:
        """The number of this run, counted from 0 in each agent process."""
        return self._session.identity.session_id

    @property
    def name(self) -> str:
        """The operation's name."""
        return self._session.identity.op_name

    @property
    def status(self) -> str:
        """`starting`, `running`, `stopping` or `done`."""
        return self._session.status.value

    @property
    def cred_level(self) -> int:
        """The credential level of the client that started the run."""
        return self._session.identity.cred_level

    @property
    def data(self) -> Any:
        """What clients get as `session['data']`: change it in place, or assign a new dict."""
        return self._session.data

    @data.setter
    def data(self, value: Any) -> None:
        self._session.data = value

    @property
    def token(self) -> CancelToken:
        """The token that says when to end, for code that knows nothing of agents."""
        return self._session.token

    @property
    def cancelled(self) -> bool:
        """Whether the run was asked to end."""
        return self._session.token.requested

    @property
    def cancel_reason(self) -> str | None:
        """`stop`, `abort` or `shutdown`; None while nobody asked."""
        return self._session.token.reason

    def message(self, text: str) -> None:
        """Tell the client something; it is logged too."""
        self._session.add_message(text)

    def progress(self, **fields: Any) -> None:
        """Say how far the run has come.

        Fields: `stage` (text), `fraction` (0 to 1), `target` (any value) and its `unit`, `seconds_left`,
        `waiting_for` (text). Those not given stay; None clears one.
        """
        self._session.report(**fields)

    def degraded(self, reason: str) -> None:
        """Say that the run goes on but does not do its job now, and why."""
        self._session.set_degraded(reason)

    def recovered(self) -> None:
        """Say that the run does its job again."""
        self._session.set_degraded(None)

    def check(self) -> None:
        """Raise Cancelled if the run was asked to end."""
        self._session.token.check()

    def wait(self, seconds: float) -> bool:
        """Wait; return True at once when the run is asked to end, False when time is up."""
        return self._session.token.wait(seconds)

    def sleep(self, seconds: float) -> None:
        """Wait; raise Cancelled at once when the run is asked to end."""
        if self.wait(seconds):
            self.check()

    async def wait_async(self, seconds: float) -> bool:
        """Wait in a coroutine; return True at once when the run is asked to end, False when time is up."""
        return await self._session.token.wait_async(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Wait in a coroutine; raise Cancelled at once when the run is asked to end."""
        if await self.wait_async(seconds):
            self.check()

    def every(self, period_seconds: float) -> Pace:
        """Iterate at a steady rate until the run is asked to end; see Pace."""
        return Pace(self._session, period_seconds)
