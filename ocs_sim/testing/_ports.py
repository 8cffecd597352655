"""Ports that nobody listens on, and waiting for things to become true."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

# Below the range from which the kernel picks ports for outgoing connections, which might take one in between.
_FIRST, _LAST = 20_000, 32_000
_POLL_SECONDS = 0.02
_given: set[int] = set()
_choose = random.Random(os.urandom(8))  # noqa: S311 -- nothing secret


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free now and that this process has not been given before."""
    while True:
        port = _choose.randrange(_FIRST, _LAST)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def wait_until(
    condition: Callable[[], Value], timeout_seconds: float = 10.0, describe: str | Callable[[], str] = ""
) -> Value:
    """Call `condition` until it returns something true, and return that.

    Args:
        condition: what must become true; an exception it raises ends the wait.
        timeout_seconds: how long it may take.
        describe: what was waited for, or a function that says so when it failed.

    Raises:
        TimeoutError: when it did not become true in time.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            what = describe() if callable(describe) else describe
            raise TimeoutError(f"not true after {timeout_seconds:g} s: {what or condition}")
        time.sleep(_POLL_SECONDS)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
