"""docs/reference/images.md lists every key of a header, with its unit, and no other."""

import re
from pathlib import Path

from ocs_sim.images import STRETCHES, build_header
from tests.images.scenes import all_facts

PAGE = (Path(__file__).parents[2] / "docs/reference/images.md").read_text()


def section(title):
    return re.search(rf"^## {title}$(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)[1]


def test_the_page_has_every_key_with_its_unit():
    told = dict(re.findall(r"^\| `([A-Z0-9_-]+)` \| ([^|]*?) \|", section("Header"), re.MULTILINE))
    header = build_header(all_facts())
    units = {card.keyword: re.match(r"(?:\[(.*?)\])?", card.comment)[1] or "" for card in header.cards}
    assert told == units


def test_the_page_has_every_stretch():
    assert set(re.findall(r"^\| `(\w+)` \|", section("Pictures"), re.MULTILINE)) == set(STRETCHES)
