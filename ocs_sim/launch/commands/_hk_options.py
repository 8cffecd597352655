"""Which archive and which span of time the `obsbow hk` commands look at."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ocs_sim.errors import ObservatoryError
from ocs_sim.launch.commands._options import json_option

Command = TypeVar("Command", bound=Callable[..., Any])
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)([smhdw]))+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_AGGREGATORS = ("AggregatorAgent", "Aggregator")


def duration(text: str) -> float:
    """Return the seconds of a length of time such as 90s, 2h or 1d12h; a bare number is seconds."""
    if _NUMBER.fullmatch(text):
        return float(text)
    if not _DURATION.fullmatch(text):
        raise click.BadParameter(f"{text!r} is no length of time: write 90s, 30m, 2h, 1d or 1d12h.")
    return sum(float(number) * _SECONDS[unit] for number, unit in re.findall(r"([\d.]+)([smhdw])", text))


def size(text: str) -> int:
    """Return the bytes of a size such as 500MB, 50GB or 1.5TiB; a bare number is bytes."""
    found = _SIZE.fullmatch(text)
    if not found:
        raise click.BadParameter(f"{text!r} is no size: write 500MB, 50GB or 1.5TiB.")
    number, prefix, is_binary = found.groups()
    return int(float(number) * (1024 if is_binary else 1000) ** " kmgt".index(prefix.lower() or " "))


def moment(text: str) -> float:
    """Return the unix seconds of a moment: ISO 8601 (UTC unless it says otherwise) or unix seconds."""
    if _NUMBER.fullmatch(text.removeprefix("-")) and not re.fullmatch(r"\d{8}", text):
        return float(text)
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        fault = f"{text!r} is no moment: write 2026-11-20T21:30, 2026-11-20 or unix seconds."
        raise click.BadParameter(fault) from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


@dataclass(frozen=True)
class Source:
    """An archive's directory and the span that is asked for; None where it is open."""

    directory: Path
    start: float | None
    end: float | None


def archive_options(command: Command) -> Command:
    """Add the options that say where the archive is, and --json."""
    folder = click.Path(file_okay=False, path_type=Path)
    file = click.Path(dir_okay=False, path_type=Path)
    command = json_option(command)
    command = click.option("--site-host", help="Which host of the site file this is.")(command)
    command = click.option("--site-file", type=file, help="The site file; else it is searched for.")(command)
    return click.option(
        "--data-dir", type=folder, help="The archive; else the aggregator's in the site file."
    )(command)


def span_options(command: Command) -> Command:
    """Add --last, --start and --end."""
    command = click.option("--end", type=moment, help="Up to this moment.")(command)
    command = click.option("--start", type=moment, help="From this moment on: ISO 8601 or unix seconds.")(
        command
    )
    return click.option("--last", type=duration, help="The time up to now: 90s, 30m, 2h, 1d.")(command)


def source(
    data_dir: Path | None,
    site_file: Path | None,
    site_host: str | None,
    span: tuple[float | None, float | None, float | None] = (None, None, None),
) -> Source:
    """Return which archive is meant; `span` is last, start and end."""
    last, start, end = span
    if last is not None and start is not None:
        raise click.UsageError("Give --last or --start, not both.")
    if last is not None:
        start = (end if end is not None else time.time()) - last
    if start is not None and end is not None and start >= end:
        raise click.UsageError("--start is not before --end.")
    return Source(data_dir or _of_the_site(site_file, site_host), start, end)


def _of_the_site(site_file: Path | None, site_host: str | None) -> Path:
    from ocs_sim.site import find_site_file, load

    try:
        site = load(find_site_file(site_file, environ=os.environ, cwd=Path.cwd()))
        host = site.host(site_host)
    except ObservatoryError:
        if site_file is not None or site_host is not None:
            raise
        return Path("data/hk").resolve()
    for instance in host.instances:
        if instance.agent_class in _AGGREGATORS and (told := _data_dir(instance.arguments)):
            return (site.path.parent / told).resolve()
    return site.home / "data" / "hk"


def _data_dir(arguments: tuple[str, ...]) -> str | None:
    told = None
    for position, word in enumerate(arguments):
        if word == "--data-dir" and position + 1 < len(arguments):
            told = arguments[position + 1]
        elif word.startswith("--data-dir="):
            told = word.partition("=")[2]
    return told
