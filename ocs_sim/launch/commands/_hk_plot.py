"""Plots of housekeeping data: with dots of braille in the terminal, or as a PNG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.archive import Decimated

DOTS_ACROSS = 2
_DOTS_DOWN = 4
_BRAILLE = 0x2800
# The bit of each dot of a braille character, by row and column.
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_LABEL = 11
_LONGEST_BRIDGE = 3


def canvas_width(terminal_columns: int) -> int:
    """Return how many characters of a line hold the plot itself."""
    return max(terminal_columns - _LABEL - 2, 20)


def panel(field: Decimated, width: int, height: int) -> list[str]:
    """Return the lines of one field's plot: the range of each bin, highest and lowest value, the times."""
    unit = f" ({field.unit})" if field.unit else ""
    spans = [
        None if count == 0 else (float(low), float(high))
        for low, high, count in zip(field.minimum, field.maximum, field.count, strict=True)
    ]
    finite = [value for span in spans if span for value in span if abs(value) != float("inf")]
    if not finite:
        return [f"{field.name}{unit}", "  (no numbers in this span)"]
    bottom, top = min(finite), max(finite)
    lines = _canvas(_bridged(spans), width, height, bottom, top)
    labels = {0: f"{top:.6g}", height - 1: f"{bottom:.6g}"}
    body = [f"{labels.get(row, ''):>{_LABEL}} ┤{line}" for row, line in enumerate(lines)]
    return [f"{field.name}{unit}", *body, *_time_axis(field, width)]


def _bridged(spans: Sequence[tuple[float, float] | None]) -> list[tuple[float, float] | None]:
    """Fill the empty bins between samples that are sparser than the bins; a real gap stays empty."""
    bridged = list(spans)
    for stretch in _stretches([position for position, span in enumerate(spans) if span]):
        for before, after in pairwise(stretch):
            left, right = sum(spans[before] or ()) / 2, sum(spans[after] or ()) / 2
            for position in range(before + 1, after):
                value = left + (right - left) * (position - before) / (after - before)
                bridged[position] = (value, value)
    return bridged


def _stretches(filled: Sequence[int]) -> list[list[int]]:
    """Split the positions of filled bins where a gap is, longer than the samples are apart as a rule."""
    steps = [after - before for before, after in pairwise(filled)]
    longest = max(1, _LONGEST_BRIDGE * median(steps)) if steps else 1
    stretches = [[position] for position in filled[:1]]
    for position, step in zip(filled[1:], steps, strict=True):
        if step > longest:
            stretches.append([])
        stretches[-1].append(position)
    return stretches


def _canvas(
    spans: Sequence[tuple[float, float] | None], width: int, height: int, bottom: float, top: float
) -> list[str]:
    dots = height * _DOTS_DOWN - 1
    scale = dots / (top - bottom) if top > bottom else 0.0
    cells = [[0] * width for _ in range(height)]
    previous: tuple[int, int] | None = None
    for column, span in enumerate(spans[: width * DOTS_ACROSS]):
        if span is None:
            previous = None
            continue
        low, high = (_row(value, bottom, top, scale, dots) for value in span)
        previous, (low, high) = (low, high), _joined(previous, low, high)
        for row in range(low, high + 1):
            down, bit = divmod(dots - row, _DOTS_DOWN)
            cells[down][column // DOTS_ACROSS] |= _BITS[bit][column % DOTS_ACROSS]
    return ["".join(chr(_BRAILLE + cell) for cell in line).rstrip("\u2800") for line in cells]


def _row(value: float, bottom: float, top: float, scale: float, dots: int) -> int:
    return round((min(max(value, bottom), top) - bottom) * scale) if scale else dots // 2


def _joined(previous: tuple[int, int] | None, low: int, high: int) -> tuple[int, int]:
    # A line without holes: a bin reaches to where its neighbour ends.
    if previous is None:
        return low, high
    return min(low, previous[1] + 1), max(high, previous[0] - 1)


def _time_axis(field: Decimated, width: int) -> list[str]:
    half = (field.times[1] - field.times[0]) / 2 if len(field.times) > 1 else 0.0
    start, end = float(field.times[0] - half), float(field.times[-1] + half)
    left, right = _clock(start, end - start), _clock(end, end - start)
    return [f"{'':{_LABEL}} └{'─' * width}", f"{'':{_LABEL}}  {left}{right:>{max(width - len(left), 1)}}"]


def _clock(unix_time: float, span: float) -> str:
    moment = datetime.fromtimestamp(unix_time, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%SZ" if span < 86400 * 2 else "%Y-%m-%d %H:%MZ")


def draw_png(fields: Iterable[Decimated], path: Path) -> None:
    """Write a PNG, one panel per unit, mean and range of each field; raises MissingExtra."""
    from ocs_sim.archive import load_extra

    figure_module: Any = load_extra("matplotlib.figure", "A PNG", "plot")
    by_unit: dict[str, list[Decimated]] = {}
    for field in fields:
        by_unit.setdefault(field.unit, []).append(field)
    figure = figure_module.Figure(figsize=(10, 1.5 + 3 * len(by_unit)), layout="constrained")
    panels = figure.subplots(len(by_unit), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (unit, members) in zip(panels, by_unit.items(), strict=True):
        for field in members:
            _draw_field(axes, field)
        axes.set_ylabel(unit)
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")
    panels[-1].set_xlabel("UTC")
    figure.savefig(path)


def _draw_field(axes: Any, field: Decimated) -> None:
    """Draw a line through the bins that have samples; what stands alone between gaps is a dot."""
    color = axes.plot([], [], label=field.name, linewidth=1)[0].get_color()
    times = (field.times * 1e6).astype("datetime64[us]")
    for stretch in _stretches(field.count.nonzero()[0].tolist()):
        when = times[stretch]
        axes.plot(when, field.mean[stretch], color=color, linewidth=1, marker="" if len(stretch) > 1 else ".")
        axes.fill_between(
            when, field.minimum[stretch], field.maximum[stretch], color=color, alpha=0.25, linewidth=0
        )
