"""The link to one device: connected when needed, again and again, and always knowing where it stands."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from ocs_sim.agent import AgentContext, Signal, Timer

from ._debts import Debts
from ._errors import DeviceError, DeviceLost, DeviceMisbehaved, DeviceRefused, DeviceUnreachable
from ._opening import close_device, new_client_id, open_device, server_address
from ._options import DeviceOptions
from ._pauses import Pauses
from ._state import ALLOWED, LinkState
from ._translate import NOT_CONNECTED, translated, was_dropped

T = TypeVar("T")
_CONNECT_POLL_SECONDS = 0.05
_CONNECT_LIMIT_SECONDS = 15.0


class DeviceLink:
    """Talks to one Alpaca device through alpyca, for as many threads as like; see the package for its use.

    A function is given alpyca's object. The link connects before the first call, and before the next one
    after the device was lost; whoever calls gets a DeviceError that says what is wrong. `connection` counts
    how often it has connected, `url` is where the device is, `client_id` who
    we are to it, `device` what people call it.
    """

    def __init__(
        self,
        kind: str,
        host: str,
        port: int,
        number: int,
        *,
        timer: Timer,
        log: logging.LoggerAdapter[Any],
        timeout_seconds: float = 5.0,
    ) -> None:
        """Prepare a link to `kind` (`telescope`, `camera`, ...) number `number`; nothing is sent yet."""
        self.device = f"{kind} {number} at {host}:{port}"
        self.connection = 0
        self.url = f"http://{server_address(host, port)}/api/v1/{kind}/{number}"
        self.client_id = new_client_id()
        self._place = (kind, host, port, number)
        self._timeout_seconds = timeout_seconds
        self._timer = timer
        self.log = log
        self._closed = Signal(timer)
        self._state = LinkState.NEW
        self._alpyca: Any = None
        # Told to whoever finds the connection gone of which another thread has found out.
        self._why_lost = "it was not connected"
        self._pauses = Pauses(timer)
        self._debts = Debts(self.device, log)
        # Held while connecting: who comes meanwhile waits for the outcome.
        self._connecting = threading.RLock()

    @property
    def state(self) -> LinkState:
        """Where the link stands."""
        return self._state

    @property
    def is_resting(self) -> bool:
        """Whether the device was lost a moment ago, so that who only watches should leave it alone."""
        return self._state is LinkState.LOST and self._pauses.is_on

    def call(self, function: Callable[[Any], T], doing: str, *, connection: int | None = None) -> T:
        """Return what `function(device)` returns; `doing` completes "refused to ...".

        It is called once, except that a device which says that it is not connected is connected and asked
        again. With `connection`, the link must be that connection still: DeviceLost is raised otherwise.
        Raises DeviceError.
        """
        return self._call(function, doing, connection, attempts=1)

    def read(
        self, function: Callable[[Any], T], doing: str = "answer", *, connection: int | None = None
    ) -> T:
        """Do the same with a function that only reads: it is repeated at once if the server hangs up."""
        return self._call(function, doing, connection, attempts=2)

    def when_back(self, what: str, function: Callable[[Any], Any]) -> None:
        """Have `function(device)` called after the next connect, before anything else."""
        self._debts.owe(what, function)

    def close(self) -> None:
        """Disconnect for good; a device that does not answer is left alone."""
        self._closed.set()
        with self._connecting:
            device, was = self._alpyca, self._state
            self._move(LinkState.CLOSED)
            self._alpyca = None
        if device is None:
            return
        try:
            if was is LinkState.CONNECTED:
                with translated(self.device, "disconnect"):
                    device.Disconnect()
        except DeviceError:
            # Whoever is gone needs no goodbye.
            pass
        finally:
            close_device(device)

    def _call(self, function: Callable[[Any], T], doing: str, connection: int | None, attempts: int) -> T:
        device = self._device(doing, connection)
        try:
            with translated(self.device, doing):
                return function(device)
        except DeviceUnreachable as fault:
            if attempts > 1 and was_dropped(fault):
                return self._call(function, doing, connection, attempts - 1)
            self._lose(device, fault.facts["fault"])
            if connection is None:
                raise
            raise DeviceLost(device=self.device, doing=doing, fault=fault.facts["fault"]) from fault
        except DeviceRefused as fault:
            if fault.facts["number"] != NOT_CONNECTED or attempts < 1:
                raise
            self._lose(device, "it said that it is not connected, as after a restart")
        return self._call(function, doing, connection, attempts=0)

    def _device(self, doing: str, connection: int | None) -> Any:
        with self._connecting:
            is_same = self._state is LinkState.CONNECTED and self.connection == connection
            if connection is not None and not is_same:
                raise DeviceLost(device=self.device, doing=doing, fault=self._why_lost)
            if self._state is LinkState.CLOSED:
                raise DeviceUnreachable(device=self.device, fault="the agent leaves it alone, as it ends")
            if self._state is not LinkState.CONNECTED:
                self._connect()
            return self._alpyca

    def _connect(self) -> None:
        self._move(LinkState.CONNECTING)
        device = open_device(*self._place, client_id=self.client_id, timeout_seconds=self._timeout_seconds)
        try:
            with translated(self.device, "connect"):
                self._establish(device)
                self._debts.pay(device)
        except BaseException:
            close_device(device)
            self._pauses.failed()
            self._move(LinkState.LOST)
            raise
        self._alpyca = device
        self.connection += 1
        self._pauses.succeeded()
        self._move(LinkState.CONNECTED)

    def _establish(self, device: Any) -> None:
        # Asked first: alpyca takes a device that does not answer for an old one, and starts a thread for it.
        if device.Connected:
            return
        device.Connect()
        deadline = self._timer.monotonic() + _CONNECT_LIMIT_SECONDS
        while device.Connecting:
            if self._timer.monotonic() > deadline or self._closed.wait(_CONNECT_POLL_SECONDS):
                raise DeviceUnreachable(device=self.device, fault="it did not finish connecting")
        if not device.Connected:
            raise DeviceMisbehaved(
                device=self.device, doing="connect", fault="it is not connected afterwards"
            )

    def _lose(self, device: Any, why: str) -> None:
        with self._connecting:
            # Another thread may have found out before, and have connected again.
            if self._alpyca is not device or self._state is not LinkState.CONNECTED:
                return
            self._alpyca = None
            self._why_lost = why
            self._move(LinkState.LOST)
        close_device(device)

    def _move(self, state: LinkState) -> None:
        if state is not self._state and state not in ALLOWED[self._state]:
            raise RuntimeError(f"the link to {self.device} cannot go from {self._state} to {state}")
        self._state = state


def link_from(context: AgentContext[DeviceOptions], kind: str, number: int) -> DeviceLink:
    """Return a link to device `number` of the server that the agent's options name."""
    options = context.options
    return DeviceLink(
        kind,
        options.host,
        options.port,
        number,
        timer=context.clock,
        log=context.log,
        timeout_seconds=options.request_timeout,
    )
