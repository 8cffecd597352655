"""An axis that speeds up, cruises and slows down: its motion in closed form."""

from __future__ import annotations

import math

from ocs_sim.world._timeline import Piece, Timeline

# A change of rate as small as this (degrees a second) is made at once: tracking, offsets and guiding.
_NO_RAMP = 0.05


class Axis:
    """One motor: a timeline that never exceeds a rate, nor changes it faster than an acceleration."""

    def __init__(self, position: float, max_rate: float, acceleration: float, play: float = 0.0) -> None:
        """Stand at `position`; units are the caller's, times are unix seconds."""
        self.timeline = Timeline(position, play)
        self.max_rate = max_rate
        self.acceleration = acceleration

    def move_to(self, at: float, target: float, keep_since: float, final_rate: float = 0.0) -> float:
        """Go from `at` on to what is at `target` then and moves at `final_rate`; return the arrival."""
        pieces = trapezoid(
            at, self.position(at), self.rate(at), target, final_rate, self.max_rate, self.acceleration
        )
        self.timeline.replace(pieces, keep_since)
        return pieces[-1].start

    def run(self, at: float, rate: float, keep_since: float) -> float:
        """Change to a rate from `at` on; return when it is reached. Small changes are made at once."""
        change = rate - self.rate(at)
        position = self.position(at)
        if abs(change) <= _NO_RAMP:
            self.timeline.replace([Piece(at, position, rate)], keep_since)
            return at
        seconds = abs(change) / self.acceleration
        ramp = Piece(at, position, self.rate(at), math.copysign(self.acceleration, change))
        cruise = Piece(at + seconds, position + seconds * (ramp.rate + change / 2), rate)
        self.timeline.replace([ramp, cruise], keep_since)
        return cruise.start

    def stop(self, at: float, keep_since: float) -> float:
        """Slow down from `at` on, and return when it stands."""
        position, rate = self.position(at), self.rate(at)
        seconds = abs(rate) / self.acceleration
        slowing = Piece(at, position, rate, -math.copysign(self.acceleration, rate))
        self.timeline.replace([slowing, Piece(at + seconds, position + rate * seconds / 2)], keep_since)
        return at + seconds

    def pulse(self, at: float, extra: float, until: float, keep_since: float) -> None:
        """Run `extra` faster than now, until a moment."""
        position, rate = self.position(at), self.rate(at)
        after = position + (rate + extra) * (until - at)
        self.timeline.replace([Piece(at, position, rate + extra), Piece(until, after, rate)], keep_since)

    def freeze(self, at: float, keep_since: float) -> None:
        """Stand still at once, as what has jammed does."""
        self.timeline.replace([Piece(at, self.position(at))], keep_since)

    def position(self, at: float) -> float:
        """Return where it is at a moment."""
        return self.timeline.value(at)

    def rate(self, at: float) -> float:
        """Return how fast it moves at a moment."""
        return self.timeline.rate(at)


def trapezoid(
    start: float,
    position: float,
    rate: float,
    target: float,
    final_rate: float,
    max_rate: float,
    acceleration: float,
) -> list[Piece]:
    """Return the pieces of the fastest motion onto what is at `target` at `start` and moves steadily.

    Seen from the target the axis starts with some rate, gains one of at most `max_rate` less the target's,
    and comes to rest where the target is. The last piece goes on with it for ever.
    """
    relative = rate - final_rate
    phases = _phases(target - position, relative, max_rate - abs(final_rate), acceleration)
    pieces = []
    since = 0.0
    gone = 0.0
    for seconds, change in phases:
        pieces.append(
            Piece(start + since, position + gone + final_rate * since, relative + final_rate, change)
        )
        gone += seconds * (relative + seconds * change / 2)
        relative += seconds * change
        since += seconds
    pieces.append(Piece(start + since, target + final_rate * since, final_rate))
    return pieces


def _phases(distance: float, rate: float, max_rate: float, acceleration: float) -> list[tuple[float, float]]:
    """Return (seconds, acceleration) of each phase to come to rest at `distance`."""
    stopping = rate * abs(rate) / (2 * acceleration)
    direction = math.copysign(1.0, distance - stopping)
    left, speed = direction * distance, direction * rate
    peak = math.sqrt(max(acceleration * left + speed * speed / 2, 0.0))
    peak = min(max(peak, speed), max_rate) if speed <= max_rate else max_rate
    gaining = (peak - speed) / acceleration
    slowing = peak / acceleration
    used = abs(gaining) * (peak + speed) / 2
    cruising = (left - used - peak * slowing / 2) / peak if peak > 0 else 0.0
    phases = (
        (abs(gaining), direction * math.copysign(acceleration, gaining)),
        (max(cruising, 0.0), 0.0),
        (slowing, -direction * acceleration),
    )
    return [(seconds, change) for seconds, change in phases if seconds > 0]
