"""A clock that tests turn by hand."""

import time


class HandClock:
    """Begins now, as files have their times from the system's clock, and stands still."""

    def __init__(self) -> None:
        self.unix = time.time()

    def time(self) -> float:
        return self.unix

    def monotonic(self) -> float:
        return self.unix

    def advance(self, seconds: float) -> None:
        self.unix += seconds
