"""The highest rate at which nothing is lost."""

from collections.abc import Callable

from bench._telemetry.loads import Trial

_DOWN, _UP, _FINE = 1.4, 1.25, 1.1
_MOST_STEPS = 5
_SHORT = 0.4

Try = Callable[[float, float], Trial]


def highest(attempt: Try, start: float, seconds: float) -> Trial:
    """Return the best trial of `seconds`; the last one when none of them succeeds.

    Shorter trials find about where it is; whole ones then confirm it, in steps of 10 %.
    """
    rate = _about(attempt, start, seconds * _SHORT)
    for _ in range(_MOST_STEPS):
        trial = attempt(rate, seconds)
        if trial.is_complete:
            break
        rate /= _FINE
    return trial


def _about(attempt: Try, rate: float, seconds: float) -> float:
    for step in range(_MOST_STEPS):
        if attempt(rate, seconds).is_complete:
            # Having come down to it, what is a step above is known to be too much.
            return rate if step else _above(attempt, rate, seconds)
        rate /= _DOWN
    return rate


def _above(attempt: Try, rate: float, seconds: float) -> float:
    for _ in range(_MOST_STEPS):
        if not attempt(rate * _UP, seconds).is_complete:
            return rate * _UP / _FINE
        rate *= _UP
    return rate
