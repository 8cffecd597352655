"""Where samples are further apart than they usually are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._check_evidence import BlockEvidence
from ocs_sim.archive._findings import Finding, Kind, Limits

_FEWEST = 4


def silences(blocks: Mapping[str, BlockEvidence], limits: Limits) -> Iterator[Finding]:
    """Yield one finding for each block that was silent for longer than usual."""
    for name, block in sorted(blocks.items()):
        times = np.sort(np.concatenate(block.times))
        if len(times) > 1:
            yield from _silences(name, times, block, limits)


def _silences(
    name: str, times: NDArray[np.float64], block: BlockEvidence, limits: Limits
) -> Iterator[Finding]:
    steps = np.diff(times)
    usual = usual_seconds(steps, block.messages)
    long = np.nonzero(steps > max(limits.gap_seconds, limits.gap_factor * usual))[0]
    if not len(long):
        return
    longest = long[np.argmax(steps[long])]
    seconds = float(steps[longest])
    if len(long) == 1:
        text = f"no samples for {seconds:.1f} s"
    else:
        text = f"{len(long)} silences of up to {seconds:.1f} s; messages come every {usual:.2g} s"
    if block.is_counted:
        text += "; no block's number is missing, so the publisher was silent or not running"
    yield Finding(
        Kind.TIME_GAP,
        name,
        text,
        is_loss=not block.is_counted,
        start=float(times[longest]),
        end=float(times[longest + 1]),
        count=len(long),
    )


def usual_seconds(steps: NDArray[np.float64], messages: int) -> float:
    """Return the usual distance between messages, from those of all samples in order of time.

    Samples of one message are nearer to each other than to those of the next: of as many distances as
    there are between messages, the largest ones, this is the median. Of a few messages it is that of all.
    """
    between = min(messages - 1, len(steps))
    if between < _FEWEST:
        return float(np.median(steps))
    return float(np.median(np.partition(steps, len(steps) - between)[-between:]))
