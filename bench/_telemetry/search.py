"""The highest rate at which nothing is lost."""

import time
from collections.abc import Callable

from bench._telemetry.loads import Trial

_UP, _DOWN = 1.15, 1.25
_MOST_STEPS = 6
_SHORT = 0.3
# Whole trials: small steps first, for it is nearly right; large ones once it has taken long.
_STEPS_DOWN = (1.07, 1.1, 1.15, 1.25, 1.5, 2.0)
_PATIENCE_SECONDS = 50.0

Try = Callable[[float, float], Trial]


def highest(attempt: Try, start: float, seconds: float) -> Trial:
    """Return the best trial of `seconds`; the last one when none of them succeeds.

    Shorter trials find about where it is, to 15 %; whole ones then confirm it.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    rate = _about(attempt, start, seconds * _SHORT)
    trial = attempt(rate, seconds)
    for step in _STEPS_DOWN:
        if trial.is_complete:
            break
        rate /= step if time.monotonic() < deadline else _STEPS_DOWN[-1]
        trial = attempt(rate, seconds)
    return trial


def _about(attempt: Try, rate: float, seconds: float) -> float:
    succeeded = attempt(rate, seconds).is_complete
    for _ in range(_MOST_STEPS):
        following = rate * _UP if succeeded else rate / _DOWN
        if attempt(following, seconds).is_complete is not succeeded:
            return rate if succeeded else following
        rate = following
    return rate
