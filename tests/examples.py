"""How many examples hypothesis tries: `EXAMPLES=20 pytest` tries twenty times as many."""

import os

_TIMES = float(os.environ.get("EXAMPLES", "1"))


def examples(number: int) -> int:
    """Return how many examples to try where usually `number` are enough."""
    return max(1, round(number * _TIMES))
