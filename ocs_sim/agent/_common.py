"""The options that every agent takes, on its command line or among its arguments in the site file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NoReturn

from ocs_sim.agent._errors import BadOptions


@dataclass(frozen=True)
class CommonOptions:
    """OCS's common options. `registry_address` and `crossbar_timeout` are taken and not heeded.

    OCS's agents give up when the router stays away; ours wait for it.
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

    def over(self, other: CommonOptions) -> CommonOptions:
        """Return these options, and the other's where these say nothing."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(other, **{name: value for name, value in said.items() if value})


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadOptions(who="the agent", faults=message)


def split_common(tokens: Sequence[str], directory: Path) -> tuple[CommonOptions, list[str]]:
    """Return the common options among the words, paths being relative to `directory`, and the other words.

    Raises BadOptions.
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
    return CommonOptions(**given), rest
