"""What an archive must have, from what was published and what could still be had."""

from __future__ import annotations

from collections import defaultdict

from ocs_sim.archive import Archive, Kind


class Verdict:
    """`must` is what was once seen to be archived, or durable: it may never be missing again."""

    def __init__(self, world):
        self._world = world
        self._must = defaultdict(set)

    def judge(self):
        """Assert that the archive has what it must, in order, once, and gaps for all else it knows of."""
        archived, gaps = self._read()
        must = self._obligations()
        for key, numbers in must.items():
            lacking = sorted(numbers - archived[key])
            assert not lacking, f"{key} lacks {lacking}, which it had, or could have had"
            self._must[key] = set(archived[key])
        self._check_gaps(archived, gaps)

    def judge_closed(self):
        """Assert the same of what is on the disk, and that a new process knows it."""
        self.judge()
        archived, gaps = self._read()
        assert not list(self._world.archiver.directory.glob("*/*.journal"))
        writer = self._world.archiver.open_writer()
        try:
            _, fault = writer.recover()
            assert fault is None
            for (feed_address, boot_id), numbers in archived.items():
                upto = max(numbers | gaps.get((feed_address, boot_id), set()), default=-1) + 1
                known = {at for at in range(upto) if writer.ledger.has(feed_address, boot_id, at)}
                assert known == numbers, f"the ledger of {feed_address}, {boot_id}"
            for (feed_address, boot_id), numbers in gaps.items():
                upto = max(numbers) + 1
                holes = _numbers(writer.ledger.holes(feed_address, boot_id, upto))
                assert not holes & numbers, f"{feed_address}, {boot_id}: {holes & numbers} are missed again"
        finally:
            assert not writer.close()

    def forget(self):
        """Expect nothing of the past: somebody has removed the archive."""
        self._must.clear()
        self._world.archiver.durable.clear()

    def _obligations(self):
        must = defaultdict(set)
        for key, numbers in [*self._must.items(), *self._world.archiver.durable.items()]:
            must[key] |= numbers
        for each in self._world.publishers:
            for (boot_id, feed), numbers in each.held().items():
                must[f"{each.address}.feeds.{feed}", boot_id] |= numbers
        return must

    def _published(self):
        return {
            (f"{each.address}.feeds.{feed}", run.boot_id): blocks
            for each in self._world.publishers
            for run in each.runs.values()
            for feed, blocks in run.published.items()
        }

    def _read(self):
        """Return the numbers of what is archived, which is as it was published, and of the gaps."""
        published = self._published()
        archived, gaps = defaultdict(set), defaultdict(set)
        with Archive(self._world.archiver.directory) as archive:
            last = None
            for block in archive.as_published():
                key = block.feed_address, block.boot_id
                assert block.sequence is not None
                assert (*key, block.sequence) != last, f"{last} is there twice"
                numbers = archived[key]
                assert block.sequence > max(numbers, default=-1), f"{key}: {block.sequence} out of order"
                numbers.add(block.sequence)
                last = (*key, block.sequence)
                _assert_same(published[key].get(block.sequence), block)
            assert not archive.unreadable
            for segment in archive._catalogue.refresh():
                for gap in segment.gaps:
                    assert gap.reason
                    gaps[gap.feed_address, gap.boot_id] |= set(range(gap.first_missing, gap.last_missing + 1))
            findings = archive.check(clock=self._world.clock)
        assert not [each for each in findings if each.kind is Kind.UNREADABLE]
        missing = [each for each in findings if each.kind is Kind.SEQUENCE_GAP]
        told = {
            (each.subject, each.boot_id, number): each.reason
            for each in missing
            for number in range(each.first_block, each.last_block + 1)
        }
        assert all(told.values()), f"nothing says why: {[each.message for each in missing]}"
        assert set(told) == {(*key, number) for key, numbers in gaps.items() for number in numbers}
        return archived, gaps

    def _check_gaps(self, archived, gaps):
        published = self._published()
        for key in gaps:
            both = gaps[key] & archived[key]
            assert not both, f"{key}: {sorted(both)} are archived and noted as gone"
            strange = gaps[key] - set(published.get(key, ()))
            assert not strange, f"{key}: {sorted(strange)} are noted as gone and never were"
        for key, blocks in published.items():
            lost = set(range(self._known_upto(key, archived[key] | gaps[key], blocks))) - archived[key]
            silent = lost - gaps[key] - self._before_the_archive(key, lost - gaps[key])
            assert not silent, f"{key}: {sorted(silent)} are lost and nothing says so"

    def _known_upto(self, key, known, blocks):
        """Return one past the last block of which the archiver has heard in any way."""
        archiver = self._world.archiver
        present = {
            f"{each.address}.feeds.{feed}": each.run.boot_id
            for each in self._world.publishers
            for feed in each.agent.feeds
        }
        if archiver.recorder is not None and present.get(key[0]) == key[1]:
            return max(blocks, default=-1) + 1
        return max(max(known, default=-1) + 1, archiver.claimed.get(key, 0))

    def _before_the_archive(self, key, lost):
        """Return the beginning of what is lost if that was before the archive's own, by the clock."""
        if float(key[1]) >= self._world.archiver.began:
            return set()
        return {at for at in lost if set(range(at)) <= lost}


def _assert_same(made, block):
    where = f"{block.feed_address}, run {block.boot_id}, block {block.sequence}"
    assert made is not None, f"{where} was never published"
    assert made.name == block.block, where
    times = block.times.tolist()
    data = {name: values.tolist() for name, values in block.data.items()}
    found = [(time, {name: values[at] for name, values in data.items()}) for at, time in enumerate(times)]
    assert _plain(found) == _plain(made.samples), f"{where}: {found} and not {made.samples}"


def _plain(samples):
    """Return samples so that texts are equal when they are; a field of numbers that was float stays float."""
    return [(time, sorted((name, _shown(value)) for name, value in row.items())) for time, row in samples]


def _shown(value):
    return repr(float(value) if type(value) is int else value)


def _numbers(ranges):
    return {number for first, last in ranges for number in range(first, last + 1)}
