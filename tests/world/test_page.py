"""The page on the world names all that can be set and all that can fail, and nothing else."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from ocs_sim.world import Profile
from ocs_sim.world._fault_catalogue import FAULTS

PAGE = (Path(__file__).parents[2] / "docs/reference/world.md").read_text()


def sections(kind, prefix=""):
    """Yield the names of the nested sections of a profile, with their classes."""
    for name, hint in get_type_hints(kind).items():
        for each in (hint, *get_args(hint)):
            if is_dataclass(each):
                yield prefix + name, each
                yield from sections(each, f"{prefix}{name}.")


SECTIONS = dict(sections(Profile))


def rows(text):
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


@pytest.mark.parametrize("name", SECTIONS)
def test_each_key_of_a_profile_is_on_the_page(name):
    found = re.search(rf"^### `{re.escape(name)}`$(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, name
    known = [each.name for each in fields(SECTIONS[name]) if f"{name}.{each.name}" not in SECTIONS]
    assert rows(found[1]) == known


def test_each_fault_is_on_the_page():
    assert rows(PAGE[PAGE.index("## Faults") :]) == list(FAULTS)
