"""Finds fields by pattern, and near names for a pattern that finds none."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Callable, Iterable

from ocs_sim.archive._errors import NoSuchField

_MOST_HINTS = 5


def matcher(pattern: str | Iterable[str]) -> Callable[[str], bool]:
    """Return a test for full names, `instance.feed.block.field`.

    A glob matches full names (`*` matches dots too); one without dots also matches the field's own
    name. Several globs match what any of them matches.
    """
    globs = [pattern] if isinstance(pattern, str) else list(pattern)
    full = [re.compile(fnmatch.translate(glob)) for glob in globs]
    own = [re.compile(fnmatch.translate(glob)) for glob in globs if "." not in glob]

    def matches(name: str) -> bool:
        last = name.rpartition(".")[2]
        return any(glob.match(name) for glob in full) or any(glob.match(last) for glob in own)

    return matches


def no_such_field(directory: object, pattern: str | Iterable[str], names: Iterable[str]) -> NoSuchField:
    """Return the error for a pattern that matches none of `names`, with the nearest of them."""
    known = sorted(names)
    told = pattern if isinstance(pattern, str) else " ".join(pattern)
    wanted = told.lower()
    near = [name for name in known if wanted.strip("*.") and wanted.strip("*.") in name.lower()]
    by_name = {name.rpartition(".")[2].lower(): name for name in known}
    near += difflib.get_close_matches(wanted, known, n=_MOST_HINTS, cutoff=0.5)
    near += [
        by_name[last] for last in difflib.get_close_matches(wanted.rpartition(".")[2], by_name, n=_MOST_HINTS)
    ]
    if not known:
        hint = " Nothing is archived there yet."
    elif near:
        hint = f" Did you mean {' or '.join(list(dict.fromkeys(near))[:_MOST_HINTS])}?"
    else:
        hint = f" There are {len(known)} fields, such as {known[0]}; `obsbow hk ls` lists them."
    return NoSuchField(directory=directory, pattern=told, hint=hint)
