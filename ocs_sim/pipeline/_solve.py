"""Where an image points: a plate solver for images of which one knows roughly where they point."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from astropy.wcs import WCS

from ocs_sim.pipeline._brightest import brightest_stars
from ocs_sim.pipeline._detections import Detections, Floats
from ocs_sim.pipeline._errors import NotSolved
from ocs_sim.pipeline._match import FEWEST_MATCHES, Match, fit, refine
from ocs_sim.pipeline._pairs import candidates
from ocs_sim.pipeline._solution import Solution
from ocs_sim.pipeline._tangent import Tangent, centre_of, tangent_and_matrix, wcs_of
from ocs_sim.sky import Catalogue, Stars

VOTING_DETECTIONS, MOST_VOTING_STARS = 20, 240
MATCHED_DETECTIONS, MOST_MATCHED_STARS = 200, 2000
STARS_PER_DETECTION = 1.8
CLOSE_ARCMINUTES = 6.0
WORST_RESIDUAL = 4.0  # in medians: two in a hundred thousand are worse by luck


def solve_field(
    detections: Detections,
    approximate: WCS,
    catalogue: Catalogue,
    *,
    search_arcminutes: float = 10.0,
    unix: float | None = None,
) -> Solution:
    """Return where an image points, given roughly where it was meant to.

    The scale must be known to 1.5 %; rotation and mirroring may be anything, and the middle may be up to
    `search_arcminutes` away. `unix` is the moment for which the catalogue's stars are moved.

    Raises NotSolved unless so many stars agree that chance is ruled out (odds of a billion to one).
    """
    if len(detections) < FEWEST_MATCHES:
        raise NotSolved(fault=f"it shows {len(detections)} stars, and {FEWEST_MATCHES} are needed at least")
    *near, whole = _growing(search_arcminutes)
    for arcminutes in near:
        with suppress(NotSolved):
            return _Field(detections, approximate, arcminutes).solve(catalogue, unix)
    return _Field(detections, approximate, whole).solve(catalogue, unix)


def _growing(search_arcminutes: float) -> list[float]:
    """Return the distances to search in turn: close by fewer stars can be confused."""
    distances = [search_arcminutes]
    while distances[0] > CLOSE_ARCMINUTES:
        distances.insert(0, distances[0] / 2)
    return distances


class _Field:
    """An image before it is solved, on the tangent plane of the middle that was meant, in pixels."""

    def __init__(self, detections: Detections, approximate: WCS, search_arcminutes: float) -> None:
        self._shape = detections.shape
        self._tangent, matrix = tangent_and_matrix(approximate, self._shape)
        self._scale = float(np.sqrt(abs(np.linalg.det(matrix))))
        self._pixels = np.column_stack([detections.x, detections.y]) - centre_of(self._shape)
        self._search = 60 * search_arcminutes / self._scale
        self._radius = float(np.hypot(*self._shape)) / 2 + self._search

    def solve(self, catalogue: Catalogue, unix: float | None) -> Solution:
        """Return where the image points. Raises NotSolved."""
        detected = self._pixels[:MATCHED_DETECTIONS]
        wanted = self._wanted(len(detected), MOST_MATCHED_STARS)
        radius_degrees = self._radius * self._scale / 3600
        stars = brightest_stars(catalogue, self._tangent, radius_degrees, wanted, unix)
        points = self._tangent.project(stars.ra_degrees, stars.dec_degrees) / self._scale
        match = self._best_match(detected, points)
        return self._solution(match, stars)

    def _wanted(self, detections: int, most: int) -> int:
        """Return how many stars of the whole circle have those of the image among them."""
        circle = np.pi * self._radius**2 / (self._shape[0] * self._shape[1])
        return int(min(most, STARS_PER_DETECTION * detections * circle))

    def _best_match(self, detected: Floats, points: Floats) -> Match:
        voting = detected[:VOTING_DETECTIONS]
        guesses = candidates(voting, points[: self._wanted(len(voting), MOST_VOTING_STARS)], self._search)
        area = np.pi * self._radius**2
        best: Match | None = None
        for guess in guesses:
            match = refine(guess, detected, points, area)
            if match is not None and (best is None or match.chance_log10 < best.chance_log10):
                best = match
            if best is not None and best.is_certain:
                return best
        raise NotSolved(fault=self._too_few(best, len(detected), len(points)))

    def _too_few(self, best: Match | None, detected: int, points: int) -> str:
        agree = 0 if best is None else len(best.detected)
        return f"of {detected} stars in it {agree} agree with the {points} that are around {self._tangent}"

    def _solution(self, match: Match, catalogued: Stars) -> Solution:
        """Return the match with a WCS fitted on the plane which touches the sky at the middle of the image.

        Stars that fit far worse than the others, as saturated ones do, are left out.
        """
        detected, stars = match.detected, catalogued[match.catalogued]
        tangent, shift = self._tangent, match.shift * self._scale
        for _ in range(4):
            tangent = Tangent(*tangent.position(*shift))
            plane = tangent.project(stars.ra_degrees, stars.dec_degrees)
            matrix, shift = fit(self._pixels[detected], plane, match.matrix)
            residuals = np.hypot(*(self._pixels[detected] @ matrix.T + shift - plane).T)
            good = residuals <= WORST_RESIDUAL * np.median(residuals)
            if np.count_nonzero(good) >= FEWEST_MATCHES:
                detected, stars, residuals = detected[good], stars[good], residuals[good]
        return Solution(
            wcs=wcs_of(tangent, matrix, self._shape),
            matches=len(stars),
            rms_arcseconds=float(np.sqrt((residuals**2).mean())),
            offset_arcseconds=(float(match.shift[0] * self._scale), float(match.shift[1] * self._scale)),
            rotation_degrees=float(np.degrees(np.arctan2(matrix[0, 1], matrix[1, 1])) % 360.0),
            scale_arcseconds=float(np.sqrt(abs(np.linalg.det(matrix)))),
            mirrored=bool(np.linalg.det(matrix) > 0),
            detected=detected,
            stars=stars,
        )
