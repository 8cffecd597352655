"""What the figures are to reach, beside what they are."""

from collections.abc import Iterator, Mapping
from typing import Any

Figures = Mapping[str, Any]
_MILLION = 1e6


def targets(results: Mapping[str, Figures]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each target with what was asked, what is, and whether that is enough."""
    ours, theirs, router = results["ours"], results.get("OCS", {}), results["router alone"]
    small, wide = "small, 10 x 10", "wide, 100 x 10"
    if theirs:
        yield from _beside_ocs(ours, theirs, router, small, wide)
    yield _at_least("small blocks/s", ours, small, "blocks_s", 10_000)
    yield _at_least("samples/s as lists, millions", ours, wide, "msamples_s", 3.0)
    yield _at_least("samples/s packed, millions", ours, f"{wide}, packed", "msamples_s", 10.0)
    for name, most in (("p50_ms", 150), ("p99_ms", 500)):
        figure = results["latency"]["ours"][name]
        yield f"published to queryable, {name}", _judged(f"<= {most}", figure, reached=figure <= most)
    day = results["day"]["ours"]
    if day["hours"] == 24:
        decimated = day["all_decimated_s"]
        yield "a day of 100 fields decimated, s", _judged("<= 0.5", decimated, reached=decimated <= 0.5)


def _beside_ocs(
    ours: Figures, theirs: Figures, router: Figures, small: str, wide: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    blocks = min(2 * theirs[small]["blocks_s"], 0.7 * router[small]["blocks_s"])
    yield _at_least("small blocks/s: 2 x OCS or 70 % of the router alone", ours, small, "blocks_s", blocks)
    samples = theirs[wide]["msamples_s"]
    yield _at_least("samples/s as lists: 3 x OCS, millions", ours, wide, "msamples_s", 3 * samples)
    yield _at_least(
        "samples/s packed: 10 x OCS, millions", ours, f"{wide}, packed", "msamples_s", 10 * samples
    )
    for load in (small, wide):
        most = theirs[load]["cpu_s_per_msample"] / 3
        for name in (load, f"{load}, packed"):
            if name in ours:
                figure = ours[name]["cpu_s_per_msample"]
                told = f"CPU s per million samples, {name}: a third of OCS's"
                yield told, _judged(f"<= {most:.2f}", figure, reached=figure <= most)


def _at_least(told: str, figures: Figures, load: str, key: str, least: float) -> tuple[str, dict[str, Any]]:
    found = figures[load]
    figure = found[key] if found["lossless"] else None
    return told, _judged(f">= {least:.5g}", figure, reached=figure is not None and figure >= least)


def _judged(asked: str, figure: float | None, *, reached: bool) -> dict[str, Any]:
    return {"asked": asked, "is": figure, "reached": "yes" if reached else "NO"}
