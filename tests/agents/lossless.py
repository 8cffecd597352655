"""What tests of lost blocks have in common: a bus that loses, and the archive as it was published."""

from __future__ import annotations

from ocs_sim.archive import Archive
from ocs_sim.testing import LocalBus

LOAD = "observatory.data1.feeds.load_single"


class LossyBus(LocalBus):
    """Loses the publications on recorded feeds for which `loses(topic, first sequence number)` says so."""

    def __init__(self):
        super().__init__()
        self.loses = lambda topic, sequence: False
        self.lost = 0

    def deliver(self, topic, args, publisher=None):
        if self._is_lost(topic, args):
            self.lost += 1
            return
        super().deliver(topic, args, publisher)

    def _is_lost(self, topic, args):
        try:
            message, feed = args[0]
            numbers = [block.get("seq") for block in message.values()] if feed["record"] else [None]
        except (TypeError, ValueError, AttributeError):
            return False
        return None not in numbers and self.loses(topic, min(numbers))


def published(directory, pattern="*"):
    """Return (feed address, boot id, sequence, first value) of each block, as it was published."""
    with Archive(directory) as archive:
        return [
            (each.feed_address, each.boot_id, each.sequence, next(iter(each.data.values()))[0])
            for each in archive.as_published(pattern)
        ]


def sequences(directory, feed=LOAD):
    """Return the numbers of the blocks of a feed, by boot."""
    found = {}
    for address, boot_id, sequence, _ in published(directory):
        if address == feed:
            found.setdefault(boot_id, []).append(sequence)
    return found


def is_whole(directory, blocks, feed=LOAD):
    """Whether blocks 0 to `blocks - 1` of one boot are archived, in order, once."""
    return list(sequences(directory, feed).values()) == [list(range(blocks))]


def gaps(directory):
    """Return the messages of what is lost."""
    return [finding.message for finding in losses(directory)]


def losses(directory):
    """Return what is lost."""
    with Archive(directory) as archive:
        return [finding for finding in archive.check() if finding.is_loss]
