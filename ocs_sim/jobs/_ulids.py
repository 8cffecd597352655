"""Names of jobs that sort as the jobs came.

Source: the ULID specification (github.com/ulid/spec): 48 bits of unix milliseconds and 80 random ones, as 26
digits of Crockford's base 32.
"""

from __future__ import annotations

import hashlib
import secrets
import threading

from ocs_sim.clock import Clock
from ocs_sim.jobs._errors import BadUlid

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH = 26
_RANDOM_BITS = 80
_LATEST = 2**48 - 1
# The first of a millisecond leaves the top half free, so that those after it have room to count up in.
_FIRST_BITS = _RANDOM_BITS - 1
# A step of random length: nobody guesses the next, and a forked process does not go on as its parent does.
_STEP_BITS = 32


class Ulids:
    """Makes ULIDs, each greater than the one before, whatever the clock does. Safe for threads and forks."""

    def __init__(self, clock: Clock) -> None:
        """Take the time from `clock`."""
        self._clock = clock
        self._lock = threading.Lock()
        self._latest = -1

    def new(self) -> str:
        """Return the next; after a step back of the clock they go on counting from where they were."""
        with self._lock:
            fresh = (_milliseconds(self._clock) << _RANDOM_BITS) | secrets.randbits(_FIRST_BITS)
            same_moment = fresh >> _RANDOM_BITS <= self._latest >> _RANDOM_BITS
            self._latest = self._latest + 1 + secrets.randbits(_STEP_BITS) if same_moment else fresh
            return _text(self._latest)


def ulid_milliseconds(ulid: str) -> int:
    """Return when a ULID was made, in unix milliseconds. Raises BadUlid."""
    return _number(ulid) >> _RANDOM_BITS


def first_ulid(milliseconds: float) -> str:
    """Return the first ULID of a unix millisecond: none of that moment or later is less."""
    return _text(_in_range(milliseconds) << _RANDOM_BITS)


def derived_ulid(milliseconds: float, name: str) -> str:
    """Return the ULID of a moment whose random part follows from `name`: the same for the same."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return _text(
        (_in_range(milliseconds) << _RANDOM_BITS) | int.from_bytes(digest[: _RANDOM_BITS // 8], "big")
    )


def is_ulid(text: object) -> bool:
    """Tell whether this is a ULID as we write them, in capitals."""
    return (
        isinstance(text, str)
        and len(text) == _LENGTH
        and text[0] in "01234567"
        and all(digit in _VALUES for digit in text)
    )


def _milliseconds(clock: Clock) -> int:
    return _in_range(clock.time() * 1000)


def _in_range(milliseconds: float) -> int:
    return int(min(max(milliseconds, 0), _LATEST))


def _text(number: int) -> str:
    digits = [_DIGITS[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5)]
    return "".join(digits)


def _number(ulid: str) -> int:
    if not is_ulid(ulid):
        raise BadUlid(text=ulid)
    number = 0
    for digit in ulid:
        number = number << 5 | _VALUES[digit]
    return number
