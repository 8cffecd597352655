"""The one event loop of a process: Twisted's asyncio reactor on uvloop."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from ocs_sim.bus._errors import LoopUnavailable

THREAD_NAME = "ocs-sim-loop"
_JOIN_SECONDS = 3.0
_WIND_UP_SECONDS = 0.5


class _Process:
    """Which loop this process has, and who drives it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.prepared: asyncio.AbstractEventLoop | None = None
        self.pid = 0

    def prepare(self) -> None:
        if self.loop is None and self.prepared is None:
            self.prepared = _create()

    def claim(self) -> asyncio.AbstractEventLoop:
        """Return the loop, with its reactor, to the one who will drive it."""
        if self.loop is not None:
            raise LoopUnavailable(fault="its loop was started before, and a process has only one")
        loop = self.prepared or _create()
        self.loop, self.prepared, self.pid = loop, None, os.getpid()
        return loop

    def usable(self) -> asyncio.AbstractEventLoop | None:
        if self.loop is not None and self.pid != os.getpid():
            raise LoopUnavailable(fault="its loop was started before a fork; start it in the child instead")
        if self.loop is not None and self.loop.is_closed():
            raise LoopUnavailable(fault="its loop has ended")
        return self.loop


_process = _Process()


def prepare() -> None:
    """Install this process's reactor ahead of `run`, so that modules which import Twisted's get that one."""
    with _process.lock:
        _process.prepare()


def run(main: Callable[[], Awaitable[int | None]]) -> int:
    """Run `main` to its end on this process's loop, and return its exit code (None means 0).

    To be called once, in the main thread. SIGINT and SIGTERM cancel `main`, which then makes the code
    130 or 143, unless `main` installs its own handlers with `loop.add_signal_handler`. An exception of
    `main` is raised here. Whatever `main` left running is cancelled.
    """
    with _process.lock:
        loop = _process.claim()
    asyncio.set_event_loop(loop)
    received: list[int] = []
    task: asyncio.Task[int | None] | None = None

    async def whole() -> int | None:
        return await main()

    def begin() -> None:
        nonlocal task
        task = loop.create_task(whole(), name="main")
        task.add_done_callback(lambda _: reactor.stop())
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, _interrupt, task, received, int(number))

    reactor = installed_reactor()
    reactor.callWhenRunning(begin)
    try:
        reactor.run(installSignalHandlers=False)
    finally:
        _wind_up(loop)
    assert task is not None  # noqa: S101 - the reactor has run
    if task.cancelled() and received:
        return 128 + received[0]
    return task.result() or 0


def installed_reactor() -> Any:
    """Return Twisted's reactor, which Twisted types as less than it is."""
    from twisted.internet import reactor

    return reactor


def _interrupt(task: asyncio.Task[int | None], received: list[int], number: int) -> None:
    received.append(number)
    task.cancel()


def _wind_up(loop: asyncio.AbstractEventLoop) -> None:
    """End what is still running on a loop that has stopped, and close it."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=_WIND_UP_SECONDS))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    asyncio.set_event_loop(None)


def background_loop() -> asyncio.AbstractEventLoop:
    """Return this process's loop, starting it in a daemon thread if nothing drives it yet.

    Use `asyncio.run_coroutine_threadsafe(coroutine, background_loop())` to reach it from other threads.
    """
    with _process.lock:
        loop = _process.usable()
        if loop is None:
            loop = _process.claim()
            started = threading.Event()
            thread = threading.Thread(target=_drive, args=(loop, started), name=THREAD_NAME, daemon=True)
            thread.start()
            started.wait()
            atexit.register(_stop, loop, thread)
        return loop


def _drive(loop: asyncio.AbstractEventLoop, started: threading.Event) -> None:
    reactor = installed_reactor()
    asyncio.set_event_loop(loop)
    reactor.startRunning(installSignalHandlers=False)
    loop.call_soon(started.set)
    loop.run_forever()
    reactor.removeAll()
    _wind_up(loop)


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """End the daemon thread before the interpreter goes, so that it cannot die inside C code."""
    if _process.pid == os.getpid() and thread.is_alive():
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_JOIN_SECONDS)


def _create() -> asyncio.AbstractEventLoop:
    """Create the loop and its reactor; Twisted allows this once in a process."""
    from ocs_sim.bus._polling import PollingLoop

    loop: asyncio.AbstractEventLoop = PollingLoop()
    try:
        _install_reactor(loop)
    except BaseException:
        loop.close()
        raise
    return loop


def _install_reactor(loop: asyncio.AbstractEventLoop) -> None:
    import txaio
    from twisted.internet import asyncioreactor
    from twisted.internet.error import ReactorAlreadyInstalledError

    txaio.use_twisted()
    try:
        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    except ReactorAlreadyInstalledError:
        fault = "another Twisted reactor is installed; call ocs_sim.bus.prepare() before whatever imports it"
        raise LoopUnavailable(fault=fault) from None
    _route_twisted_log()


def _route_twisted_log() -> None:
    from twisted.logger import STDLibLogObserver, globalLogBeginner

    # Before this call Twisted prints critical events to stderr.
    observer: Any = STDLibLogObserver(name="ocs_sim.bus.twisted")
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)
    logging.getLogger("ocs_sim.bus.twisted").setLevel(logging.WARNING)
