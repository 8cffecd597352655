"""OCS's figure for how well a child has been doing."""

from __future__ import annotations

from collections.abc import Iterable

_MEMORY_SECONDS = 120.0
_WEIGHT_SECONDS = 5.0


def stability(now: float, failed_at: Iterable[float]) -> float:
    """Return 1 for a child that has not failed in two minutes, towards 0 the more and the later it failed.

    `now` and `failed_at` are seconds on the same clock. OCS's tools call 0.5 and less unstable.
    """
    ages = [now - moment for moment in failed_at if now - moment <= _MEMORY_SECONDS]
    if any(age <= 0 for age in ages):
        return 0.0
    return max(0.0, 1.0 - sum(_WEIGHT_SECONDS / age for age in ages))
