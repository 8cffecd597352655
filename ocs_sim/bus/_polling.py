"""uvloop, which tells a reader of its socket's error for as long as that lasts, as asyncio's own loop does.

libuv stops polling a socket when it sees an error there, and uvloop calls the reader just once then. A reader
that takes a bounded piece at each call, as Twisted's do, would never come to the end of a connection that
broke while more than one piece was unread.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVarTuple, Unpack

import uvloop

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

_Args = TypeVarTuple("_Args")


class _Reader:
    """What is called when there is something to read."""

    __slots__ = ("_errors", "args", "callback", "descriptor")

    def __init__(self, descriptor: int, callback: Callable[..., object], args: tuple[object, ...]) -> None:
        self.descriptor, self.callback, self.args = descriptor, callback, args
        self._errors = select.poll()
        # Errors are told although nothing is asked for.
        self._errors.register(descriptor, 0)

    def has_error(self) -> bool:
        return any(events & select.POLLERR for _, events in self._errors.poll(0))


class PollingLoop(uvloop.Loop):
    """A loop on which no reader misses the end of a connection."""

    def __init__(self) -> None:
        super().__init__()
        self._awaited: dict[int, _Reader] = {}
        self._in_error: dict[int, _Reader] = {}

    def add_reader(
        self, fd: FileDescriptorLike, callback: Callable[[Unpack[_Args]], object], *args: *_Args
    ) -> None:
        """Call `callback(*args)` whenever there is something to read, an end or an error."""
        descriptor = _number(fd)
        reader = _Reader(descriptor, callback, args)
        super().add_reader(fd, self._read, reader)
        self._awaited[descriptor] = reader

    def remove_reader(self, fd: FileDescriptorLike) -> None:  # type: ignore[override]  # as uvloop's
        """Stop that."""
        self._awaited.pop(_number(fd), None)
        super().remove_reader(fd)

    def add_writer(
        self, fd: FileDescriptorLike, callback: Callable[[Unpack[_Args]], object], *args: *_Args
    ) -> None:
        """Call `callback(*args)` whenever something can be written, or there is an error."""
        self._poll_again(_number(fd))
        super().add_writer(fd, callback, *args)

    def _read(self, reader: _Reader) -> None:
        try:
            reader.callback(*reader.args)
        finally:
            # It may have been removed, or replaced, meanwhile.
            current = self._awaited.get(reader.descriptor)
            if current is not None and current.has_error():
                # Not now: uvloop still closes what it calls us from, and then refuses a writer.
                self._in_error[reader.descriptor] = current
                self.call_soon(self._settle, reader.descriptor)

    def _settle(self, descriptor: int) -> None:
        self._poll_again(descriptor)
        self._in_error.pop(descriptor, None)

    def _poll_again(self, descriptor: int) -> None:
        reader = self._in_error.get(descriptor)
        if reader is not None and self._awaited.get(descriptor) is reader:
            super().remove_reader(descriptor)
            super().add_reader(descriptor, self._read, reader)


def _number(fd: FileDescriptorLike) -> int:
    return fd if isinstance(fd, int) else fd.fileno()
