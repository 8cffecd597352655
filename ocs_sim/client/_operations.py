"""An agent's operations, as objects that can be called."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ocs_sim.bus import BusError
from ocs_sim.client import _bridge, _progress
from ocs_sim.client._api import OperationInfo
from ocs_sim.client._errors import ClientError
from ocs_sim.client._port import AgentPort
from ocs_sim.client._render import session_lines
from ocs_sim.client._reply import Reply
from ocs_sim.client._session import Session
from ocs_sim.wire import ResponseCode

F = TypeVar("F", bound=Callable[..., Any])
_QUIET_PORTION_SECONDS = 10.0


class Operation:
    """A task or a process of an agent. Each method returns a Reply; none raises for an agent's no."""

    def __init__(self, port: AgentPort, info: OperationInfo, progress: bool | None = None) -> None:
        """Wrap an operation; `progress` chooses whether calling a task shows a bar."""
        self.name, self.kind, self.info = info.name, info.kind, info
        self.__doc__ = info.help
        self.__signature__ = info.signature
        self._port, self._progress = port, progress
        # For help(): the parameters belong to `start`, and OCS's users look there for the docstring.
        vars(self)["start"] = described(self.start, info)

    def start(self, **params: Any) -> Reply:
        """Start a run and return at once."""
        return _bridge.wait(self._port.start(self.name, params))

    def status(self) -> Reply:
        """Return the state of the latest run."""
        return _bridge.wait(self._port.status(self.name))

    def wait(self, timeout_seconds: float | None = None, *, timeout: float | None = None) -> Reply:
        """Wait until no run goes on; the code is TIMEOUT if one still does after `timeout_seconds`.

        `timeout` is OCS's name for it.
        """
        limit = timeout if timeout_seconds is None else timeout_seconds
        return _bridge.wait(self._port.wait(self.name, limit))

    def stop(self) -> Reply:
        """Ask the process to stop; `wait` tells when it has."""
        return _bridge.wait(self._port.end("stop", self.name))

    def abort(self) -> Reply:
        """Ask the task to abort; `wait` tells when it has."""
        return _bridge.wait(self._port.end("abort", self.name))

    def __call__(self, **params: Any) -> Reply:
        """Run a task and wait for its end; of a process, return the status.

        Interrupting (Ctrl-C) leaves the task running.
        """
        if self.kind == "process":
            refuse_parameters(self.info, params)
            return self.status()
        started = self.start(**params)
        if started.status is not ResponseCode.OK:
            return started
        try:
            return self._follow(started)
        except KeyboardInterrupt:
            who = f"{self._port.instance_id}.{self.info.attribute}"
            text = f"{self.name} of {self._port.instance_id} goes on; `{who}.abort()` would end it."
            raise KeyboardInterrupt(text) from None

    def _follow(self, started: Reply) -> Reply:
        if not _progress.wanted(self._progress):
            return self._until_done(started, _QUIET_PORTION_SECONDS, None)
        first = _bridge.wait(self._port.follow(started, _progress.PATIENCE_SECONDS))
        if first.status is not ResponseCode.TIMEOUT:
            return first
        with _progress.display(f"{self._port.instance_id}.{self.name}") as shown:
            shown.show(first.session)
            return self._until_done(started, _progress.POLL_SECONDS, shown.show)

    def _until_done(
        self, started: Reply, portion_seconds: float, show: Callable[[Session], None] | None
    ) -> Reply:
        while True:
            reply = _bridge.wait(self._port.follow(started, portion_seconds))
            if show is not None:
                show(reply.session)
            if reply.status is not ResponseCode.TIMEOUT:
                return reply

    def __repr__(self) -> str:
        head = f"<{self.kind} {self.name!r} of {self._port.address}>"
        try:
            session = self.status().session
        except (BusError, ClientError) as error:
            return f"{head}\n  (no answer: {error})"
        return "\n".join([head, *(f"  {line}" for line in session_lines(session, time.time()))])


class AsyncOperation:
    """Operation with methods to await, from any asyncio loop."""

    def __init__(self, port: AgentPort, info: OperationInfo) -> None:
        """Wrap an operation."""
        self.name, self.kind, self.info = info.name, info.kind, info
        self.__doc__ = info.help
        self.__signature__ = info.signature
        self._port = port
        vars(self)["start"] = described(self.start, info)

    async def start(self, **params: Any) -> Reply:
        """Start a run and return at once."""
        return await _bridge.over(self._port.start(self.name, params))

    async def status(self) -> Reply:
        """Return the state of the latest run."""
        return await _bridge.over(self._port.status(self.name))

    async def wait(self, timeout_seconds: float | None = None) -> Reply:
        """Wait until no run goes on; the code is TIMEOUT if one still does after `timeout_seconds`."""
        return await _bridge.over(self._port.wait(self.name, timeout_seconds))

    async def stop(self) -> Reply:
        """Ask the process to stop; `wait` tells when it has."""
        return await _bridge.over(self._port.end("stop", self.name))

    async def abort(self) -> Reply:
        """Ask the task to abort; `wait` tells when it has."""
        return await _bridge.over(self._port.end("abort", self.name))

    async def __call__(self, *, on_progress: Callable[[Session], None] | None = None, **params: Any) -> Reply:
        """Run a task and wait for its end; of a process, return the status.

        `on_progress` is called with the session a few times each second while the task runs. Cancelling
        leaves the task running.
        """
        if self.kind == "process":
            refuse_parameters(self.info, params)
            return await self.status()
        started = await self.start(**params)
        if started.status is not ResponseCode.OK:
            return started
        portion = _QUIET_PORTION_SECONDS if on_progress is None else _progress.POLL_SECONDS
        while True:
            reply = await _bridge.over(self._port.follow(started, portion))
            if on_progress is not None:
                on_progress(reply.session)
            if reply.status is not ResponseCode.TIMEOUT:
                return reply

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name!r} of {self._port.address}, to be awaited>"


def described(method: F, info: OperationInfo) -> F:
    """Return a method with the operation's own docstring and parameters."""

    @functools.wraps(method)
    def start(**params: Any) -> Any:
        return method(**params)

    start.__doc__ = info.help
    vars(start)["__signature__"] = info.signature
    result: Any = start
    return result  # type: ignore[no-any-return]


def refuse_parameters(info: OperationInfo, params: dict[str, Any]) -> None:
    """Raise TypeError for parameters given to a process, where a call only asks for the status."""
    if params:
        raise TypeError(
            f"calling the process {info.name!r} returns its status; give parameters to `.start()`"
        )
