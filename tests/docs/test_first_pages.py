"""The README and the tutorials work as they are written: see reader.py."""

import pytest

from tests.docs.reader import PAGES, follow, name_of, pages_that_run

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
FIRST = [page for page in PAGES if page.name == "README.md" or page.parent.name == "tutorial"]


@pytest.mark.parametrize("page", pages_that_run(FIRST), ids=name_of)
def test_what_the_page_says_works(page, tmp_path):
    follow(page, tmp_path)
