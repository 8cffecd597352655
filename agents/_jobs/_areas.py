"""Parts of a sensor as the web page names them: `Full`, `square`, `71%`, or a rectangle drawn by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._numbers import number, text

_WHOLE = ("full", "whole", "100%", "all")
_SQUARE = ("square", "sqr", "small sq.", "small sq", "small square")
_CORNERS = ("x0", "y0", "x1", "y1")


def part_of_sensor(value: Any) -> list[float] | str | None:
    """Return `[x0, y0, x1, y1]` as fractions of width and height from 0 to 1, `square`, or None for all.

    A percentage is that of the width and of the height, in the middle. Raises ValueError.
    """
    if isinstance(value, Mapping):
        return _rectangle([value.get(each) for each in _CORNERS], value)
    if isinstance(value, list | tuple):
        return _rectangle(list(value), value)
    word = text(value).casefold()
    if word in _WHOLE:
        return None
    if word in _SQUARE:
        return "square"
    return _middle(word, value)


def _middle(word: str, value: Any) -> list[float] | None:
    if not word.endswith("%"):
        raise ValueError(f"is no part of a sensor: {value!r} (there are Full, square, and such as 50%)")
    share = number(word.removesuffix("%")) / 100.0
    if not 0 < share <= 1:
        raise ValueError(f"must be above 0% and up to 100%: {value!r}")
    margin = (1.0 - share) / 2.0
    return None if share == 1.0 else [margin, margin, 1.0 - margin, 1.0 - margin]


def _rectangle(corners: list[Any], value: Any) -> list[float] | None:
    if len(corners) != len(_CORNERS) or any(each is None for each in corners):
        raise ValueError(f"needs x0, y0, x1 and y1: {value!r}")
    x0, y0, x1, y1 = (number(each) for each in corners)
    left, right = sorted((x0, x1))
    low, high = sorted((y0, y1))
    if left < 0 or low < 0 or right > 1 or high > 1 or left == right or low == high:
        raise ValueError(f"must be within 0 to 1 and not empty: {value!r}")
    whole = (left, low, right, high) == (0.0, 0.0, 1.0, 1.0)
    return None if whole else [left, low, right, high]
