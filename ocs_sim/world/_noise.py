"""Random numbers of an exposure, and the noise of counting electrons."""

from __future__ import annotations

import numpy as np

from ocs_sim.world._noise_counts import count_electrons
from ocs_sim.world._psf import Floats

#: Below so many electrons in most pixels counts are drawn from Poisson's law, above from the normal one.
FEW_ELECTRONS = 24.0


def stream(seed: int, *purpose: int) -> np.random.Generator:
    """Return the random numbers that belong to a seed and a purpose, the same whenever they are asked for."""
    key = np.random.SeedSequence((seed & 0xFFFFFFFFFFFFFFFF, *purpose))
    return np.random.Generator(np.random.Philox(key))


def add_noise(electrons: Floats, read_noise_electrons: float, numbers: np.random.Generator) -> None:
    """Turn expected electrons into read ones, in place: shot noise, and the read-out's."""
    if float(np.median(electrons[::8, ::16])) > FEW_ELECTRONS:
        _add_normal(electrons, read_noise_electrons, numbers)
        return
    count_electrons(electrons, numbers)
    noise = numbers.standard_normal(electrons.shape, dtype=np.float32)
    noise *= np.float32(read_noise_electrons)
    electrons += noise


def _add_normal(electrons: Floats, read_noise_electrons: float, numbers: np.random.Generator) -> None:
    noise = numbers.standard_normal(electrons.shape, dtype=np.float32)
    spread = electrons + np.float32(read_noise_electrons**2)
    np.sqrt(spread, out=spread)
    noise *= spread
    electrons += noise
