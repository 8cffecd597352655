"""Star fields rendered by hand: Gaussian or Moffat stamps on a noisy background."""

from __future__ import annotations

import numpy as np


def render(shape, x, y, flux, *, fwhm=3.0, background=200.0, noise=5.0, seed=1, beta=None):
    """Return an image of stars at pixels x, y: each stamp sums to its flux (sub-sampled 3 x 3)."""
    rng = np.random.default_rng(seed)
    image = rng.normal(background, noise, shape)
    half = int(np.ceil(6 * fwhm if beta else 3 * fwhm))
    for one_x, one_y, one_flux in zip(x, y, flux, strict=True):
        column, row = round(float(one_x)), round(float(one_y))
        rows = np.arange(max(row - half, 0), min(row + half + 1, shape[0]))
        columns = np.arange(max(column - half, 0), min(column + half + 1, shape[1]))
        if len(rows) and len(columns):
            image[np.ix_(rows, columns)] += one_flux * _stamp(columns - one_x, rows - one_y, fwhm, beta)
    return image


def _stamp(dx, dy, fwhm, beta):
    stamp = 0.0
    for shift_x in (-1 / 3, 0, 1 / 3):
        for shift_y in (-1 / 3, 0, 1 / 3):
            square = (dx[None, :] + shift_x) ** 2 + (dy[:, None] + shift_y) ** 2
            stamp = stamp + _profile(square, fwhm, beta) / 9
    return stamp


def _profile(square, fwhm, beta):
    if beta is None:
        sigma = fwhm / 2.3548
        return np.exp(-square / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    alpha = fwhm / (2 * np.sqrt(2 ** (1 / beta) - 1))
    return (beta - 1) / (np.pi * alpha**2) * (1 + square / alpha**2) ** -beta


def scattered(number, shape, *, seed=1, margin=20, brightest=60_000.0):
    """Return x, y and fluxes of stars at random places, as many faint ones as the sky has."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(margin, shape[1] - margin, number)
    y = rng.uniform(margin, shape[0] - margin, number)
    flux = brightest * (np.arange(1, number + 1)) ** (-0.4 / 0.34)
    return x, y, flux
