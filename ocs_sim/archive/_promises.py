"""What one thread has others wait for, and what it has to say to them."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future

_MOST_NOTICES = 500


class Promises:
    """Futures that are done when what was due before them is; cancelled by the end. For any thread."""

    def __init__(self) -> None:
        self._open: set[Future[None]] = set()
        self._due: list[Future[None]] = []
        self._has_ended = False

    def give(self) -> Future[None]:
        """Return another one."""
        future: Future[None] = Future()
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        if self._has_ended:
            future.cancel()
        return future

    def come_due(self, future: Future[None]) -> None:
        """Have it kept by the next `keep`."""
        self._due.append(future)

    def keep(self) -> None:
        """Finish those that are due."""
        due, self._due = self._due, []
        for future in due:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    def end(self) -> None:
        """Cancel those that are left, and all that are still to be given."""
        self._has_ended = True
        for future in list(self._open):
            future.cancel()


class Notices:
    """Sentences to be said once each; so many at most, lest they fill the memory."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._said: set[str] = set()

    def tell(self, text: str) -> None:
        """Say something, unless it was said before."""
        if text not in self._said and len(self._said) < _MOST_NOTICES:
            self._said.add(text)
            self._waiting.append(text)

    def take(self) -> list[str]:
        """Return what is new."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]
