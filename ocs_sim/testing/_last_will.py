"""Ending a detached process when the test process is killed before it could do so itself."""

from __future__ import annotations

import subprocess
from types import TracebackType

# `read` fails when the other end of the pipe is closed without a word: the test process is gone.
_SCRIPT = 'read -r _ || kill -TERM "$1"'


class LastWill:
    """Holds for a `with` block: SIGTERM to `pid`, should this process end within it.

    It is a small shell that waits at the other end of a pipe, so it works for SIGKILL too.
    """

    def __init__(self, pid: int) -> None:
        """Name the process to end."""
        self._pid = pid
        self._shell: subprocess.Popen[bytes] | None = None

    @property
    def executor_pid(self) -> int | None:
        """The pid of the shell, which leads a session of its own."""
        return None if self._shell is None else self._shell.pid

    def __enter__(self) -> LastWill:
        command = ["/bin/sh", "-c", _SCRIPT, "sh", str(self._pid)]
        self._shell = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shell is not None:
            self._shell.communicate(b"\n")
            self._shell = None
