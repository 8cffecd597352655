"""Random numbers of an exposure, and the noise of counting electrons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._psf import Floats

#: Below so many electrons in most pixels counts are drawn from Poisson's law, above from the normal one.
FEW_ELECTRONS = 16.0
_RARE_ELECTRONS = 0.6


def stream(seed: int, *purpose: int) -> np.random.Generator:
    """Return the random numbers that belong to a seed and a purpose, the same whenever they are asked for."""
    key = np.random.SeedSequence((seed & 0xFFFFFFFFFFFFFFFF, *purpose))
    return np.random.Generator(np.random.Philox(key))


def add_noise(electrons: Floats, read_noise_electrons: float, numbers: np.random.Generator) -> None:
    """Turn expected electrons into read ones, in place: shot noise, and the read-out's."""
    typical = float(np.median(electrons[::4, ::8]))
    if typical > FEW_ELECTRONS:
        _add_normal(electrons, read_noise_electrons, numbers)
        return
    if typical < _RARE_ELECTRONS:
        _count_rare(electrons, typical, numbers)
    else:
        np.copyto(electrons, numbers.poisson(np.maximum(electrons, 0)), casting="unsafe")
    noise = numbers.standard_normal(electrons.shape, dtype=np.float32)
    noise *= np.float32(read_noise_electrons)
    electrons += noise


def _add_normal(electrons: Floats, read_noise_electrons: float, numbers: np.random.Generator) -> None:
    noise = numbers.standard_normal(electrons.shape, dtype=np.float32)
    spread = electrons + np.float32(read_noise_electrons**2)
    np.sqrt(spread, out=spread)
    noise *= spread
    electrons += noise


def _count_rare(electrons: Floats, typical: float, numbers: np.random.Generator) -> None:
    """Draw from Poisson's law by thinning: scatter events at a rate above all but few pixels', keep some.

    Exact, and its cost is that of the electrons, not of the pixels.
    """
    flat = electrons.ravel()
    cap = np.float32(max(1.3 * typical, 1e-4))
    bright = np.flatnonzero(flat > cap)
    counts = _thinned(flat, cap, numbers)
    counts[bright] = numbers.poisson(flat[bright])
    np.copyto(electrons, counts.reshape(electrons.shape), casting="unsafe")


def _thinned(rates: Floats, cap: np.float32, numbers: np.random.Generator) -> NDArray[np.int64]:
    events = numbers.poisson(float(cap) * rates.size)
    places = numbers.integers(0, rates.size, events, dtype=np.int32)
    kept = numbers.random(events, dtype=np.float32) * cap < rates[places]
    return np.bincount(places[kept], minlength=rates.size)
