"""Noise that is the same whenever and in whatever order it is asked for."""

from __future__ import annotations

import math
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._timeline import Floats

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_OCTAVES = ((1.0, 0.8), (0.31, 0.5), (0.097, 0.33))


def generator(seed: int, what: str, number: int = 0) -> np.random.Generator:
    """Return a generator of its own for one thing of a world."""
    # As uint64: of a list with so large a number numpy makes floats, to which many seeds are one.
    key = np.array([seed & (2**64 - 1), _channel(what) * 2**31 + number], np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def smooth_noise(times: Floats, seed: int, what: str, memory_seconds: float) -> Floats:
    """Return noise of mean 0 and rms about 1 with such a memory: three octaves of smooth curves."""
    total = np.zeros(np.shape(times))
    for number, (stretch, weight) in enumerate(_OCTAVES):
        total += weight * _octave(times, seed, _channel(what) + number, memory_seconds * stretch)
    return total


def _octave(times: Floats, seed: int, channel: int, step_seconds: float) -> Floats:
    if np.ndim(times) == 0:
        return np.asarray(_octave_at(float(times), seed, channel, step_seconds))
    place = np.asarray(times, dtype=float) / step_seconds
    knot = np.floor(place)
    part = place - knot
    part = part * part * (3.0 - 2.0 * part)
    index = knot.astype(np.int64)
    before, after = _normal(index, seed, channel), _normal(index + 1, seed, channel)
    # The curve between two independent knots has less variance in the middle: divide by what is left of it.
    return np.asarray((before * (1 - part) + after * part) / np.sqrt(part**2 + (1 - part) ** 2))


def _octave_at(time: float, seed: int, channel: int, step_seconds: float) -> float:
    """Return the same for one moment: devices are mostly asked for one after the other, close together."""
    place = time / step_seconds
    knot = math.floor(place)
    part = place - knot
    part = part * part * (3.0 - 2.0 * part)
    before, after = _knot(knot, seed, channel), _knot(knot + 1, seed, channel)
    rest = 1 - part
    return (before * rest + after * part) / math.sqrt(part * part + rest * rest)


@lru_cache(maxsize=1024)
def _knot(index: int, seed: int, channel: int) -> float:
    return float(_normal(np.asarray(index), seed, channel))


def _normal(index: NDArray[np.int64], seed: int, channel: int) -> Floats:
    with np.errstate(over="ignore"):
        key = _mixed(np.asarray(index).astype(np.uint64) + np.uint64(channel) * _GOLDEN)
        key = _mixed(key ^ np.uint64((seed * 0xD1342543DE82EF95 + 1) & (2**64 - 1)))
    first = ((key >> np.uint64(32)).astype(float) + 0.5) / 2**32
    second = (key & np.uint64(0xFFFFFFFF)).astype(float) / 2**32
    return np.asarray(np.sqrt(-2.0 * np.log(first)) * np.cos(2 * np.pi * second))  # Box and Muller, 1958


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the finaliser of splitmix64 (Steele, Lea, Flood 2014)."""
    value = value + _GOLDEN
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))


def _channel(what: str) -> int:
    return zlib.crc32(what.encode()) * 8 % 2**32
