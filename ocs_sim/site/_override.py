"""How options on the command line replace those of the site file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_POSITIONAL = ""


def override(tokens_from_site: Sequence[str], tokens_from_command_line: Sequence[str]) -> list[str]:
    """Return one command line of both, by OCS's rule: an option replaces the same option with all its values.

    A later option replaces an earlier one of the same list too. Options are the same when their words are:
    `--x=1` does not replace `--x 1`, but comes after it, and argparse lets the last one win.
    """
    groups = _grouped(tokens_from_site)
    replacing = _grouped(tokens_from_command_line)
    if not replacing[_POSITIONAL]:
        # OCS drops such words of the site file; kept, they meet a parser that says what is wrong with them.
        del replacing[_POSITIONAL]
    groups.update(replacing)
    merged: list[str] = []
    for option, values in groups.items():
        merged += values if option == _POSITIONAL else [option, *values]
    return merged


def is_option(token: str) -> bool:
    """Return whether a word begins an option: dashes, then a letter, so that `-5` and `-` are values."""
    return token.startswith("-") and token.lstrip("-")[:1].isalpha()


def _grouped(tokens: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {_POSITIONAL: []}
    current = _POSITIONAL
    for token in tokens:
        if is_option(token):
            current = token
            groups[current] = []
        else:
            groups[current].append(token)
    return groups
