"""Following a run until it is over, and telling its job how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocs_sim.agent import Timer

from ._entry import Entry
from ._follow import seconds_left, status_of
from ._options import JobsOptions
from ._peers import PeerAway, Peers, Session, is_over, run_of
from ._rows import ReadyStep

_FIRST_PERIOD_SECONDS = 0.05
_LONGEST_PERIOD_SECONDS = 0.25
_ABORT_AGAIN_SECONDS = 2.0
_FRACTION = 0.1


class RunLost(Exception):
    """Why it is not known what became of a run."""


class Watch:
    """Looks at one run a few times a second; aborts it when its job is asked to end."""

    def __init__(self, entry: Entry, peers: Peers, options: JobsOptions, timer: Timer) -> None:
        self._entry = entry
        self._peers = peers
        self._options = options
        self._timer = timer
        self._away_since: float | None = None
        self._reported: float | None = None
        self._report_pause = 0.0
        self._asked: float | None = None

    async def until_over(
        self, agent: str, step: ReadyStep, record: Mapping[str, Any], *, heeds_end: bool
    ) -> Session:
        """Return the run when it is over. Raises RunLost."""
        operation, period = step.step.operation, _FIRST_PERIOD_SECONDS
        while True:
            session = await self._look(agent, operation, str(record["run"]), period)
            if session is None:
                await self._timer.wait_async(self._peers.never, period)
            elif is_over(session):
                return session
            else:
                await self._report(session, record)
            if heeds_end and self._entry.ending.is_set:
                await self._abort(agent, operation)
            period = min(2 * period, _LONGEST_PERIOD_SECONDS)

    async def _look(self, agent: str, operation: str, run: str, seconds: float) -> Session | None:
        try:
            session = await self._peers.wait(agent, operation, seconds)
        except PeerAway as away:
            self._endure(agent, operation, away)
            return None
        self._away_since = None
        if run_of(session) != run:
            raise RunLost(
                f"{operation} of {agent} is at another run: the agent was restarted or somebody has used it, "
                "so what became of this job is not known, and it is not repeated."
            )
        return session

    def _endure(self, agent: str, operation: str, away: PeerAway) -> None:
        now = self._timer.monotonic()
        self._away_since = now if self._away_since is None else self._away_since
        if now - self._away_since >= self._options.agent_wait:
            raise RunLost(f"{agent} went away while it was at {operation}: {away}.") from away

    async def _report(self, session: Session, record: Mapping[str, Any]) -> None:
        status, now = status_of(session), self._timer.monotonic()
        is_due = self._reported is None or now - self._reported >= self._report_pause
        if status == self._entry.status and not is_due:
            return
        left = seconds_left(session, record.get("params") or {})
        stage = str((session.get("progress") or {}).get("stage") or "")
        await self._entry.tell(status, stage, seconds_until_complete=left)
        self._reported = now
        # A history of a long exposure must not grow without end.
        self._report_pause = max(self._options.report_period, _FRACTION * (left or 0))

    async def _abort(self, agent: str, operation: str) -> None:
        now = self._timer.monotonic()
        if self._asked is not None and now - self._asked < _ABORT_AGAIN_SECONDS:
            return
        self._asked = now
        try:
            await self._peers.end(agent, operation)
        except PeerAway:
            # It is asked again, as long as the run is looked at.
            return
