"""The options of an agent: declared as pydantic fields, given as words of a command line."""

from __future__ import annotations

import argparse
import difflib
import os
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from ocs_sim.agent._common import read_common
from ocs_sim.agent._errors import BadOptions

OptionsT = TypeVar("OptionsT", bound="Options")
_TRUE, _FALSE = "true", "false"


class Options(BaseModel):
    """The options of an agent class; field `num_channels` is `--num-channels` on the command line.

    A field of type Path is taken relative to the directory of the site file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    @classmethod
    def to_argparse(cls, prog: str | None = None) -> argparse.ArgumentParser:
        """Return a parser that knows the words, not the values: those are checked all at once later."""
        parser = _Parser(prog=prog, allow_abbrev=False, add_help=False, argument_default=argparse.SUPPRESS)
        for name, field in cls.model_fields.items():
            _add(parser, name, field)
        return parser

    @classmethod
    def check(cls, tokens: list[str]) -> list[str]:
        """Return a sentence for each thing that is wrong with the words of a command line."""
        try:
            _, own, faults = read_common(tokens, Path("/"))
        except BadOptions as fault:
            return [str(fault.facts["faults"])]
        return faults + _read(cls, own, Path("/"))[1]


def option(default: Any = ..., *, help: str = "", **constraints: Any) -> Any:  # noqa: A002 - argparse's word
    """Declare an option; `constraints` are pydantic's (ge, le, min_length, pattern, ...)."""
    return Field(default, description=help or None, **constraints)


def parse_options(
    cls: type[OptionsT], tokens: Sequence[str], site_dir: Path, who: str = "the agent"
) -> OptionsT:
    """Return the options that the words give; raises BadOptions with every fault."""
    options, faults = _read(cls, list(tokens), site_dir)
    if options is None or faults:
        raise BadOptions(who=who, faults="; ".join(faults))
    return options


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadOptions(who="the agent", faults=message)


def _read(cls: type[OptionsT], tokens: list[str], site_dir: Path) -> tuple[OptionsT | None, list[str]]:
    try:
        words, unknown = cls.to_argparse().parse_known_args(tokens)
    except BadOptions as fault:
        return None, [str(fault.facts["faults"])]
    faults = [_unknown(each, cls) for each in unknown]
    values = {name: _located(value, cls.model_fields[name], site_dir) for name, value in vars(words).items()}
    try:
        return cls(**values), faults
    except ValidationError as invalid:
        return None, faults + [_text(each) for each in invalid.errors(include_url=False)]


def _add(parser: argparse.ArgumentParser, name: str, field: FieldInfo) -> None:
    flag, kind = "--" + name.replace("_", "-"), _bare(field.annotation)
    if kind is bool:
        parser.add_argument(flag, dest=name, nargs="?", const=_TRUE, help=field.description)
        parser.add_argument(flag.replace("--", "--no-", 1), dest=name, action="store_const", const=_FALSE)
    elif typing.get_origin(kind) in (list, tuple, set, frozenset):
        parser.add_argument(flag, dest=name, nargs="*", help=field.description)
    else:
        parser.add_argument(flag, dest=name, help=field.description)


def _bare(annotation: Any) -> Any:
    kept = [each for each in typing.get_args(annotation) if each is not type(None)]
    is_optional = type(None) in typing.get_args(annotation) and len(kept) == 1
    return kept[0] if is_optional else annotation


def _located(value: Any, field: FieldInfo, site_dir: Path) -> Any:
    if _bare(field.annotation) is Path:
        return _absolute(value, site_dir)
    if isinstance(value, list) and Path in typing.get_args(_bare(field.annotation)):
        return [_absolute(each, site_dir) for each in value]
    return value


def _absolute(word: str, site_dir: Path) -> Path:
    # As the site file's own paths: without `..`, which would only puzzle in messages, and links not followed.
    return Path(os.path.abspath(site_dir / Path(word).expanduser()))  # noqa: PTH100


def _unknown(word: str, cls: type[Options]) -> str:
    known = ["--" + name.replace("_", "-") for name in cls.model_fields]
    near = difflib.get_close_matches(word, known, n=1)
    hint = f", did you mean {near[0]}?" if near else f" (it takes {', '.join(known) or 'none'})"
    return f"{word} is not an option{hint}"


def _text(error: Any) -> str:
    flag = "--" + str(error["loc"][0]).replace("_", "-") if error["loc"] else "options"
    if error["type"] == "missing":
        return f"{flag} is required"
    return f"{flag} {error['input']}: {error['msg'][:1].lower()}{error['msg'][1:]}"
