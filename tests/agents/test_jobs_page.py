"""docs/reference/job-actions.md has the whole table, and no more."""

import re
from pathlib import Path

from ocs_sim.agents._jobs._kinds import KINDS
from ocs_sim.agents._jobs._late import LATE

from tests.agents.job_actions_page import HEAD, lines

PAGE = (Path(__file__).parents[2] / "docs/reference/job-actions.md").read_text()


def test_the_page_has_every_row_and_no_other():
    _, _, table = PAGE.partition("\n".join(HEAD) + "\n")
    assert table.splitlines() == lines()


def test_the_page_has_every_kind_of_value():
    table = PAGE.partition("## Kinds of values")[2].partition("\n## ")[0]
    first = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(re.findall("`([a-z_]+)`", " ".join(first))) == set(KINDS)
    assert set(LATE) <= set(re.findall("`([a-z_]+)`", PAGE))
