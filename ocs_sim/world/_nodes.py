"""From YAML to frozen dataclasses, saying which line is wrong where it does not fit."""

from __future__ import annotations

import difflib
import io
import math
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

Built = TypeVar("Built")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EXTENDS = "extends"
_LARGEST_FILE_BYTES = 1_000_000
_WORDS: dict[Any, str] = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}


@dataclass(frozen=True)
class Range:
    """Which numbers can stand in a profile; `above` leaves out the lowest itself."""

    lowest: float
    highest: float = math.inf
    above: bool = False

    def __contains__(self, number: float) -> bool:
        return self.lowest <= number <= self.highest and not (self.above and number == self.lowest)

    def __str__(self) -> str:
        if math.isfinite(self.highest):
            return f"from {self.lowest:g} to {self.highest:g}"
        return f"above {self.lowest:g}" if self.above else f"of {self.lowest:g} or more"


Positive = Annotated[float, Range(0, above=True)]
NotNegative = Annotated[float, Range(0)]
Fraction = Annotated[float, Range(0, 1)]
Latitude = Annotated[float, Range(-90, 90)]
Count = Annotated[int, Range(1)]


class _Text(io.StringIO):
    """A text with the name that PyYAML's marks tell."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong in a file, and where."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def read_yaml(
    path: Path, complaints: list[Complaint], find: Callable[[str], Path] | None = None
) -> yaml.Node:
    """Return the root of a YAML file, laid over that of the file which it `extends`."""
    empty = yaml.MappingNode("tag:yaml.org,2002:map", [])
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            complaints.append(Complaint(path.name, "the file is larger than 1 MB: give another."))
            return empty
        root = yaml.compose(_Text(path.read_text("utf-8-sig"), path.name), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        complaints.append(Complaint(_place(getattr(error, "problem_mark", None), path.name), _problem(error)))
        return empty
    except OSError as error:
        complaints.append(Complaint(path.name, f"the file cannot be read: {error.strerror}."))
        return empty
    root = empty if root is None else root
    return root if find is None else _extended(root, complaints, find)


def build(kind: type[Built], node: yaml.Node | None, complaints: list[Complaint]) -> Built | None:
    """Return a dataclass made of a mapping, or None after noting what is wrong."""
    return typing.cast("Built | None", _build_dataclass(kind, node, complaints))


def set_key(root: yaml.Node, key: str, value: Any) -> yaml.Node:
    """Return `root` with another value at a dotted key such as `camera.width`."""
    for part in reversed(key.split(".")):
        value = {part: value}
    given = _Text(yaml.safe_dump(value), f"the override {key}")
    return _merged(root, yaml.compose(given, _Loader) or root)


def _extended(root: yaml.Node, complaints: list[Complaint], find: Callable[[str], Path]) -> yaml.Node:
    pairs = dict(_pairs(root))
    base = pairs.get(_EXTENDS)
    if not isinstance(root, yaml.MappingNode) or base is None:
        return root
    rest = [(key, value) for key, value in root.value if key.value != _EXTENDS]
    own = yaml.MappingNode(root.tag, rest, root.start_mark)
    return _merged(read_yaml(find(base.value), complaints), own)


def _merged(base: yaml.Node, over: yaml.Node) -> yaml.Node:
    if not isinstance(base, yaml.MappingNode) or not isinstance(over, yaml.MappingNode):
        return over
    new = dict(_pairs(over))
    merged = [
        (key, _merged(value, new.pop(key.value)) if key.value in new else value) for key, value in base.value
    ]
    merged += [(key, value) for key, value in over.value if key.value in new]
    return yaml.MappingNode(base.tag, merged, over.start_mark)


def _pairs(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(key.value, value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _build_dataclass(kind: Any, node: yaml.Node | None, complaints: list[Complaint]) -> Any:
    if not isinstance(node, yaml.MappingNode):
        complaints.append(
            Complaint(_where(node), f"a mapping with the keys of {kind.__name__} belongs here.")
        )
        return None
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    before = len(complaints)
    for key, value in node.value:
        if key.value not in hints:
            complaints.append(Complaint(_where(key), f"there is no {key.value!r}{_hint(key.value, hints)}."))
        else:
            values[key.value] = convert(hints[key.value], value, complaints)
    needed = (
        each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING
    )
    for name in needed:
        if name not in values:
            complaints.append(Complaint(_where(node), f"{name!r} is missing."))
    return kind(**values) if len(complaints) == before else None


def convert(kind: Any, node: yaml.Node, complaints: list[Complaint]) -> Any:
    """Return a node's value as a type: a dataclass, tuple, float, int, bool, str or one of these or None."""
    if is_dataclass(kind):
        return _build_dataclass(kind, node, complaints)
    if get_origin(kind) is Annotated:
        number, range_ = get_args(kind)
        return _convert_number(number, range_, node, complaints)
    if get_origin(kind) is Literal:
        return _convert_choice(get_args(kind), node, complaints)
    if get_origin(kind) is tuple:
        return _convert_tuple(get_args(kind), node, complaints)
    if get_origin(kind) in (Union, types.UnionType):
        others = [each for each in get_args(kind) if each is not type(None)]
        return None if node.value in ("", "null", "~") else convert(others[0], node, complaints)
    return _convert_scalar(kind, node, complaints)


def _convert_number(kind: type, range_: Range, node: yaml.Node, complaints: list[Complaint]) -> Any:
    number = _convert_scalar(kind, node, complaints)
    if number is not None and number not in range_:
        complaints.append(Complaint(_where(node), f"{_WORDS[kind]} {range_} belongs here."))
    return number


def _convert_choice(choices: tuple[str, ...], node: yaml.Node, complaints: list[Complaint]) -> Any:
    if node.value not in choices:
        complaints.append(Complaint(_where(node), f"one of {', '.join(choices)} belongs here."))
    return node.value


def _convert_tuple(kinds: tuple[Any, ...], node: yaml.Node, complaints: list[Complaint]) -> Any:
    if not isinstance(node, yaml.SequenceNode):
        complaints.append(Complaint(_where(node), "a list belongs here."))
        return ()
    if kinds[-1] is Ellipsis:
        return tuple(convert(kinds[0], each, complaints) for each in node.value)
    if len(node.value) != len(kinds):
        complaints.append(Complaint(_where(node), f"a list of {len(kinds)} belongs here."))
        return ()
    return tuple(convert(kind, each, complaints) for kind, each in zip(kinds, node.value, strict=True))


def _convert_scalar(kind: Any, node: yaml.Node, complaints: list[Complaint]) -> Any:
    text = node.value if isinstance(node, yaml.ScalarNode) else None
    if text is not None and kind is str:
        return text
    if text is not None and kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if text is not None and kind in (int, float):
        try:
            number = kind(text.replace("_", ""))
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
    complaints.append(Complaint(_where(node), f"{_WORDS.get(kind, kind)} belongs here."))
    return None


def _hint(name: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {close[0]!r}" if close else f"; known are {', '.join(known)}"


def _problem(error: Exception) -> str:
    return f"this is not YAML: {getattr(error, 'problem', None) or error}."


def _where(node: yaml.Node | None) -> str:
    return _place(getattr(node, "start_mark", None), "the file")


def _place(mark: Any, name: str) -> str:
    return name if mark is None else f"{mark.name}, line {mark.line + 1}"
