"""Fixtures that fail a test which leaves a process, a thread or a listening socket behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

_GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.02

# The reactor of the process keeps its threads for as long as it runs.
_REACTOR_THREADS = "PoolThread-twisted.internet.reactor"

_kept: list[Callable[[], int | None]] = []


@contextmanager
def keep(session_leader: Callable[[], int | None]) -> Iterator[None]:
    """Let the processes of a session live longer than a test; `session_leader` returns its leader's pid."""
    _kept.append(session_leader)
    try:
        yield
    finally:
        _kept.remove(session_leader)


@pytest.fixture
def no_leaks() -> Iterator[None]:
    """Fail when a test leaves a child process or a non-daemon thread behind."""
    children, threads = set(_children()), set(threading.enumerate())
    yield
    deadline = time.monotonic() + _GRACE_SECONDS
    while leaks := [*_leaked_children(children), *_leaked_threads(threads)]:
        if time.monotonic() >= deadline:
            pytest.fail(f"the test left behind: {'; '.join(leaks)}", pytrace=False)
        time.sleep(_POLL_SECONDS)


@pytest.fixture(scope="session")
def no_listening_sockets() -> Iterator[None]:
    """Fail when the session leaves a listening socket, or a child process that might have one."""
    before = _listening()
    yield
    left = sorted(_listening() - before)
    left += [str(child) for child in _children()]
    if left:
        pytest.fail(f"the tests left listening: {'; '.join(left)}", pytrace=False)


def _children() -> list[psutil.Process]:
    try:
        # psutil looks at every process of the machine; most tests have no child at all.
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return []
    return psutil.Process().children(recursive=True)


def _leaked_children(before: set[psutil.Process]) -> Iterator[str]:
    new = [child for child in _children() if child not in before]
    if not new:
        return
    leaders = {leader() for leader in _kept}
    for child in new:
        try:
            if os.getsid(child.pid) not in leaders:
                yield f"process {child.pid} ({child.status()}): {' '.join(child.cmdline()).strip()[:120]}"
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue


def _leaked_threads(before: set[threading.Thread]) -> Iterator[str]:
    for thread in threading.enumerate():
        if thread not in before and not thread.daemon and not thread.name.startswith(_REACTOR_THREADS):
            yield f"thread {thread.name}"


def _listening() -> set[str]:
    connections = psutil.Process().net_connections(kind="inet")
    return {f"{each.laddr.ip}:{each.laddr.port}" for each in connections if each.status == psutil.CONN_LISTEN}
