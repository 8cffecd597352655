"""What is said about images that were taken: in the run's data and on feeds."""

from __future__ import annotations

from typing import Any

from ._curve import FocusPoint
from ._imaging import Taken
from ._plan import ExposurePlan

# A run's data are sent with each look at it.
_MOST_LISTED = 100


def begin_data(plan: ExposurePlan) -> dict[str, Any]:
    """Return the data of a run that has not taken anything yet."""
    return {"wanted": plan.count, "taken": 0, "files": [], "names": [], "images": []}


def add_to_data(data: dict[str, Any], taken: Taken, plan: ExposurePlan) -> None:
    """Add an image to a run's data, which list the latest hundred."""
    data["taken"] += 1
    entries = {
        "files": str(taken.written.path),
        "names": taken.written.name.base,
        "images": _summary(taken, plan),
    }
    for key, entry in entries.items():
        data[key] = [*data[key], entry][-_MOST_LISTED:]


def as_block(taken: Taken, plan: ExposurePlan) -> dict[str, Any]:
    """Return an image as a sample of feed `images`; without NaN, which JSON cannot carry to browsers."""
    statistics = taken.statistics
    stars, fwhm = statistics["stars"], statistics["fwhm"]
    return {
        "number": taken.written.name.number,
        "image_type": plan.image_type,
        "exposure": taken.raw.seconds,
        "filter": taken.slot,
        "binning": plan.binning,
        "median": statistics["median"],
        "scatter": statistics["scatter"],
        "largest": statistics["largest"],
        "saturated": statistics["saturated"],
        "stars": -1 if stars is None else stars,
        "fwhm": 0.0 if fwhm is None else fwhm,
    }


def as_message(taken: Taken, plan: ExposurePlan) -> dict[str, Any]:
    """Return an image as a message of feed `files`, for who ingests it."""
    return {
        "path": str(taken.written.path),
        "base_name": taken.written.name.base,
        "others": [str(each) for each in taken.written.others],
        **_summary(taken, plan),
    }


def _summary(taken: Taken, plan: ExposurePlan) -> dict[str, Any]:
    return {
        "number": taken.written.name.number,
        "image_type": plan.image_type,
        "start": taken.raw.start,
        "exposure": taken.raw.seconds,
        "filter": taken.filter_name,
        "binning": plan.binning,
        "stopped": taken.raw.stopped,
        **taken.statistics,
    }


def focus_sample(position: int, point: FocusPoint | None) -> dict[str, Any]:
    """Return a step of a sweep as a sample of feed `focus`; `point` None where there were no stars."""
    if point is None:
        return {"position": position, "diameter": 0.0, "stars": 0}
    return {"position": position, "diameter": point.diameter_pixels, "stars": point.stars}
