"""Pictures made of characters: half blocks with colours, or letters where there are none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, TextIO

from ocs_sim.images import greys, reduced, stretch_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocs_sim.images import Stretch

_RAMP = " .:-=+*#%@"
_UPPER_HALF = "▀"
_STAR, _PLAIN_STAR = "○", "o"
_STAR_COLOUR = "\x1b[1;33m"
_RESET = "\x1b[0m"
# The 24 greys of the 256 colours, with black and white at their ends.
_GREYS = (16, *range(232, 256), 231)


class Picture(Enum):
    """With what a picture is drawn."""

    TRUECOLOUR = "truecolour"
    COLOURS_256 = "256"
    ASCII = "ascii"
    NONE = "none"


def best_picture(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Picture:
    """Return what a stream can show: colours are for terminals only, half blocks for UTF-8 only."""
    plain = not stream.isatty() or environ.get("NO_COLOR") or environ.get("TERM", "dumb") == "dumb"
    if plain or (stream.encoding or "").lower().replace("-", "") != "utf8":
        return Picture.ASCII
    return Picture.TRUECOLOUR if environ.get("COLORTERM") in ("truecolor", "24bit") else Picture.COLOURS_256


def fitted(data: NDArray[Any], columns: int, lines: int, stretch: str) -> tuple[NDArray[np.uint8], Stretch]:
    """Return grey levels [two rows a line, columns] as large as fits and no larger, and how they were made.

    The image's first row is the picture's last.
    """
    import numpy as np
    from PIL import Image

    rows, width = data.shape
    scale = min(columns / width, 2 * lines / rows, 1.0)
    size = (max(round(width * scale), 1), max(round(rows * scale), 1))
    small = reduced(data, max(size))
    chosen = stretch_for(small, stretch)
    grey = Image.fromarray(greys(small, chosen))
    picture = np.asarray(grey.resize(size, Image.Resampling.BOX))[::-1]
    return np.pad(picture, ((0, len(picture) % 2), (0, 0))), chosen


def draw(
    picture: NDArray[np.uint8], kind: Picture, stars: Sequence[tuple[float, float]] = ()
) -> Iterator[str]:
    """Return the lines of a picture; `stars` are column and row in it, which are marked."""
    marked = {(int(y) // 2, int(x)) for x, y in stars}
    for line, (upper, lower) in enumerate(zip(picture[::2].tolist(), picture[1::2].tolist(), strict=True)):
        columns = {column for row, column in marked if row == line}
        yield (
            _letters(upper, lower, columns) if kind is Picture.ASCII else _blocks(upper, lower, kind, columns)
        )


def _letters(upper: list[int], lower: list[int], stars: set[int]) -> str:
    letters = [_RAMP[(above + below) * len(_RAMP) // 511] for above, below in zip(upper, lower, strict=True)]
    for column in stars:
        letters[column] = _PLAIN_STAR
    return "".join(letters).rstrip()


def _blocks(upper: list[int], lower: list[int], kind: Picture, stars: set[int]) -> str:
    parts, before = [], None
    for column, (above, below) in enumerate(zip(upper, lower, strict=True)):
        colours = _colour(above, kind, "38"), _colour(below, kind, "48")
        if column in stars:
            parts.append(f"\x1b[{colours[1]}m{_STAR_COLOUR}{_STAR}{_RESET}")
            before = None
            continue
        if colours != before:
            parts.append(f"\x1b[{colours[0]};{colours[1]}m")
            before = colours
        parts.append(_UPPER_HALF)
    return "".join(parts) + _RESET


def _colour(grey: int, kind: Picture, what: str) -> str:
    if kind is Picture.TRUECOLOUR:
        return f"{what};2;{grey};{grey};{grey}"
    return f"{what};5;{_GREYS[grey * len(_GREYS) // 256]}"
