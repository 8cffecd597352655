"""Reading a YAML file into nodes that know their line, and saying what is wrong where that fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ocs_sim.site._faults import START, Faults, Place

# libyaml is ten times as fast; what it accepts is the same.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LARGEST_FILE_BYTES = 1_000_000
DEEPEST_LEVEL = 64
_CANNOT_NEST_DEEPLY_CHARACTERS = 4_000
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_nodes(path: Path, faults: Faults) -> yaml.Node | None:
    """Return the root node of a YAML file, or None after noting what keeps it from being read."""
    text = _read_text(path, faults)
    if text is None or not _check_characters(text, faults) or not _check_depth(text, faults):
        return None
    try:
        root: yaml.Node | None = yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        _explain(error, text, faults)
        return None
    if root is None:
        faults.error(START, "The file is empty: `obsbow init DIR` writes one to start from.")
    return root


def place_of(mark: Any) -> Place:
    """Return the place of one of PyYAML's marks, which count from 0."""
    return Place(mark.line + 1, mark.column + 1)


def _read_text(path: Path, faults: Faults) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        faults.error(START, f"The file cannot be read: {reason}.")
        return None
    if len(content) > _LARGEST_FILE_BYTES:
        faults.error(START, "The file is larger than 1 MB, so it is not a site file: give another.")
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        byte = f"0x{content[error.start]:02x}"
        faults.error(
            Place(before.count(b"\n") + 1, column),
            f"The byte {byte} is not UTF-8: save the file with the encoding UTF-8.",
        )
        return None


def _check_characters(text: str, faults: Faults) -> bool:
    found = _UNPRINTABLE.search(text)
    if found:
        before = text[: found.start()]
        place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        faults.error(place, f"The control character {found[0]!r} cannot stand in YAML: remove it.")
    return found is None


def _check_depth(text: str, faults: Faults) -> bool:
    # PyYAML composes nodes recursively in C: a file of 100,000 brackets would end the process.
    if len(text) <= _CANNOT_NEST_DEEPLY_CHARACTERS:
        return True
    depth = 0
    try:
        for event in yaml.parse(text, _Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST_LEVEL:
                place = place_of(event.start_mark)
                faults.error(
                    place, f"Lists and mappings go more than {DEEPEST_LEVEL} levels deep: flatten them."
                )
                return False
    except yaml.YAMLError:
        pass  # composing meets the same error, and explains it
    return True


def _explain(error: yaml.YAMLError, text: str, faults: Faults) -> None:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be parsed"
    if mark is None:
        faults.error(START, f"This is not YAML: {problem}.")
        return
    tab = _tab_in_indentation(text, mark.line)
    if tab is not None:
        faults.error(
            Place(mark.line + 1, tab + 1), "A tab indents this line: YAML takes only spaces; replace it."
        )
        return
    context, start = getattr(error, "context", None), getattr(error, "context_mark", None)
    known = next((advice for sign, advice in _ADVICE if sign in f"{context} {problem}"), None)
    since = ""
    if start is not None and start.line != mark.line:
        since = f" (what it belongs to begins at line {start.line + 1})"
    if known is not None:
        faults.error(place_of(mark), f"{known}{since}.")
    else:
        faults.error(
            place_of(mark), f"This is not YAML: {problem}{since}: mend the line, or put its text in quotes."
        )


# What PyYAML and libyaml say -> what that means to the writer of the file.
_ADVICE = (
    (
        "mapping values are not allowed",
        "No `:` can stand here: check the indentation and the line before, or put text with `: ` in quotes",
    ),
    ("quoted scalar", "A quote is not closed: add the closing quote"),
    ("flow sequence", "A list is not well closed: check its commas and its `]`"),
    ("flow mapping", "A mapping is not well closed: check its commas and its `}`"),
    ("parsing a flow node", "A bracket is not closed: add the closing `]` or `}`"),
    (
        "block mapping",
        "The indentation does not fit the lines before: begin all keys of a mapping in one column",
    ),
    (
        "block collection",
        "The indentation does not fit the lines before: begin all items of a list with `- ` in one column",
    ),
    ("cannot start any token", "No value can begin with this character: put the text in quotes"),
    ("undefined alias", "A `*name` needs an earlier `&name`: define it, or put the text in quotes"),
    ("single document", "The file holds a second document: remove the `---` and what does not belong"),
)


def _tab_in_indentation(text: str, line: int) -> int | None:
    lines = text.splitlines()
    indented = re.match(r"[ \t]*", lines[line] if line < len(lines) else "")
    tab = indented[0].find("\t") if indented else -1
    return tab if tab >= 0 else None
