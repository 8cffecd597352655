"""The options that every agent takes, on its command line or among its arguments in the site file."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NoReturn

from ocs_sim.agent._errors import BadOptions
from ocs_sim.agent._publication_log import DEFAULT_CAPACITY_BYTES

_HISTORY_MB = DEFAULT_CAPACITY_BYTES / 2**20
_MOST_MB = 2**20
_MEGABYTES: Mapping[str, Callable[[float], bool]] = {
    "history_mb": lambda value: 0 < value <= _MOST_MB,
    "spill_mb": lambda value: value == 0 or 1 <= value <= _MOST_MB,
}
_RULES = {"history_mb": "more than 0", "spill_mb": "at least 1, or 0 for none"}


@dataclass(frozen=True)
class CommonOptions:
    """OCS's common options. `registry_address` and `crossbar_timeout` are taken and not heeded.

    OCS's agents give up when the router stays away; ours wait for it. `history_mb` and `spill_mb` are ours:
    how many megabytes of what was published an agent keeps in memory and in files.
    """

    site: str | None = None
    site_file: Path | None = None
    site_host: str | None = None
    site_hub: str | None = None
    site_http: str | None = None
    site_realm: str | None = None
    instance_id: tuple[str, ...] = ()
    agent_class: str | None = None
    address_root: str | None = None
    registry_address: str | None = None
    log_dir: Path | None = None
    working_dir: Path | None = None
    crossbar_timeout: str | None = None
    access_policy: str | None = None
    history_mb: float | None = None
    spill_mb: float | None = None

    @property
    def history_bytes(self) -> int:
        """How much memory may be used to keep what was published."""
        return int((_HISTORY_MB if self.history_mb is None else self.history_mb) * 2**20)

    @property
    def spill_bytes(self) -> int:
        """How much room on the disk may be used to keep what was published; 0 is none."""
        return int((self.spill_mb or 0) * 2**20)

    def over(self, other: CommonOptions) -> CommonOptions:
        """Return these options, and the other's where these say nothing."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(other, **{name: value for name, value in said.items() if value or value == 0})


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadOptions(who="the agent", faults=message)


def split_common(tokens: Sequence[str], directory: Path) -> tuple[CommonOptions, list[str]]:
    """Return the common options among the words, paths being relative to `directory`, and the other words.

    Raises BadOptions.
    """
    common, rest, faults = read_common(tokens, directory)
    if faults:
        raise BadOptions(who="the agent", faults="; ".join(faults))
    return common, rest


def read_common(tokens: Sequence[str], directory: Path) -> tuple[CommonOptions, list[str], list[str]]:
    """Return the common options, the other words, and a sentence for each common option that is wrong.

    Raises BadOptions for words that make no sense at all.
    """
    parser = _Parser(prog="python -m ocs_sim.agent", add_help=False, allow_abbrev=False)
    for each in fields(CommonOptions):
        flag = "--" + each.name.replace("_", "-")
        parser.add_argument(flag, dest=each.name, action="append" if each.name == "instance_id" else "store")
    words, rest = parser.parse_known_args(list(tokens))
    given: dict[str, Any] = {name: value for name, value in vars(words).items() if value is not None}
    for name in ("site_file", "log_dir", "working_dir"):
        if name in given:
            given[name] = directory / Path(given[name]).expanduser()
    given["instance_id"] = tuple(given.get("instance_id", ()))
    faults = [fault for name, check in _MEGABYTES.items() if (fault := _read_megabytes(given, name, check))]
    return CommonOptions(**given), rest, faults


def _read_megabytes(given: dict[str, Any], name: str, check: Callable[[float], bool]) -> str:
    """Replace a text by the number that it is; return what is wrong with it, if anything."""
    word = given.get(name)
    if word is None:
        return ""
    try:
        given[name] = float(word)
    except ValueError:
        given[name] = None
    if given[name] is None or not check(given[name]):
        given[name] = None
        return f"--{name.replace('_', '-')} {word}: must be a number of megabytes, {_RULES[name]}"
    return ""
