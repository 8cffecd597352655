"""The archiver's disk: full or failing when told so, and a place to die at."""

from __future__ import annotations

import errno
import os

from ocs_sim.archive._journal_file import JournalFile


class Killed(BaseException):
    """The process is gone."""


class Disk:
    """`errno` is what writing ends in, after `room` more bytes; `doom` is where the process dies.

    `doom` is None, or how much of the next write is in the file by then: a count of bytes, or "all" for
    the moment after it was synced.
    """

    def __init__(self):
        self.errno = 0
        self.room = 0
        self.doom = None

    def fail(self, number, room=0):
        self.errno, self.room = number, room

    def heal(self):
        self.errno = 0

    def check(self):
        if self.errno:
            raise OSError(self.errno, os.strerror(self.errno))

    def journal_file(self):
        """Return the class of journals that are on this disk."""

        class OnThisDisk(JournalFile):
            disk = self

            def __init__(self, path):
                self.disk.check()
                super().__init__(path)

            def append(self, data):
                disk = self.disk
                if disk.doom is not None:
                    self._die(data)
                if disk.errno:
                    written = min(disk.room, len(data))
                    disk.room -= written
                    self._write(data[:written], self.size)
                    disk.check()
                super().append(data)

            def _die(self, data):
                doom, self.disk.doom = self.disk.doom, None
                if doom == "all":
                    super().append(data)
                else:
                    self._write(data[:doom], self.size)
                raise Killed

            def copy_from(self, other):
                self.disk.check()
                super().copy_from(other)

        return OnThisDisk


FULL, FAILING = errno.ENOSPC, errno.EIO
