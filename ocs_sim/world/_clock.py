"""The world's own time: the machine's, a multiple of it, or one that only moves when it is told to."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from ocs_sim.almanac import Place, night_start
from ocs_sim.clock import Clock, SystemClock
from ocs_sim.world._errors import OutOfRange, StartNotUnderstood, TimeOnlyGoesForward

# Beyond them nobody knows how the Earth turns, and where the planets are.
_EARLIEST_UNIX, _LATEST_UNIX = -2_208_988_800.0, 4_102_444_800.0


class WorldClock:
    """A clock that can be set off from its base, run at a rate, and be stepped; it never goes back.

    Implements `ocs_sim.clock.Clock`. `start` is unix seconds, ISO 8601 text, "now" or "night" (at `place`).
    """

    def __init__(
        self,
        base: Clock | None = None,
        start: float | str | None = None,
        rate: float = 1.0,
        stepped: bool = False,
        *,
        place: Place | None = None,
    ) -> None:
        """Begin at `start`; raise StartNotUnderstood for a text that names no moment, and OutOfRange."""
        self._base: Clock = base or SystemClock()
        self._lock = threading.RLock()
        self._wakes: set[Callable[[], object]] = set()
        self._began = self._anchor = start_moment(start, place, self._base.time())
        self._base_anchor = self._base.monotonic()
        self._stepped = stepped
        self._rate = _checked_rate(rate)

    def time(self) -> float:
        """Return the world's UTC as unix seconds."""
        with self._lock:
            if self._stepped:
                return self._anchor
            return self._anchor + (self._base.monotonic() - self._base_anchor) * self._rate

    def monotonic(self) -> float:
        """Return the world's seconds since it began."""
        return self.time() - self._began

    @property
    def rate(self) -> float:
        """How many seconds pass in the world in one second of the base clock; must be above 0."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._turn(self.time, rate=_checked_rate(rate))

    @property
    def stepped(self) -> bool:
        """Whether time stands still but for `advance` and `jump_to`."""
        return self._stepped

    @stepped.setter
    def stepped(self, stepped: bool) -> None:
        self._turn(self.time, stepped=stepped)

    def advance(self, seconds: float) -> float:
        """Let `seconds` pass at once, and return the time then.

        Raises OutOfRange for a negative number, and beyond the year 2100.
        """
        if not seconds >= 0:
            raise OutOfRange(what="The number of seconds to advance", value=seconds, allowed="0 or more")
        return self._turn(lambda: _checked_moment(self.time() + seconds))

    def jump_to(self, unix: float) -> float:
        """Make it `unix` at once, and return that.

        Raises TimeOnlyGoesForward for a moment that has passed, and OutOfRange beyond the year 2100.
        """
        _checked_moment(unix)
        behind = self.time() - unix
        if behind > 0:
            raise TimeOnlyGoesForward(seconds=behind)
        return self._turn(lambda: unix)

    async def wait_until(self, unix: float) -> None:
        """Return once the world's time has come to `unix`, however it comes to it."""
        loop = asyncio.get_running_loop()
        turned = asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(turned.set)

        with self._lock:
            self._wakes.add(wake)
        try:
            while (left := unix - self.time()) > 0:
                turned.clear()
                await _wait(turned, None if self._stepped else left / self._rate)
        finally:
            with self._lock:
                self._wakes.discard(wake)

    def _turn(
        self, moment: Callable[[], float], *, rate: float | None = None, stepped: bool | None = None
    ) -> float:
        with self._lock:
            self._anchor, self._base_anchor = moment(), self._base.monotonic()
            self._rate = self._rate if rate is None else rate
            self._stepped = self._stepped if stepped is None else stepped
            for wake in self._wakes:
                wake()
            return self._anchor


def start_moment(start: float | str | None, place: Place | None, now: float) -> float:
    """Return the unix seconds meant by the start of a world; "night" without a place is that at 0 N 0 E."""
    if start is None or start == "now":
        return now
    if start == "night":
        return float(night_start(place or Place(0.0, 0.0, 0.0), now))
    try:
        unix = float(start)
    except ValueError:
        unix = _from_iso(str(start))
    if math.isnan(unix):
        raise StartNotUnderstood(start=start)
    return _checked_moment(unix)


def _from_iso(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StartNotUnderstood(start=text) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _checked_moment(unix: float) -> float:
    if not _EARLIEST_UNIX <= unix <= _LATEST_UNIX:
        raise OutOfRange(what="The moment", value=f"{unix:g}", allowed="in the years 1900 to 2100, UTC")
    return unix


def _checked_rate(rate: float) -> float:
    if not 0 < rate <= 1e6:
        raise OutOfRange(
            what="The rate of the world's clock", value=rate, allowed="above 0, at most 1,000,000"
        )
    return float(rate)


async def _wait(turned: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await turned.wait()
    except TimeoutError:
        pass
