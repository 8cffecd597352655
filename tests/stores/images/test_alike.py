"""SQLite and PostgreSQL give the same answers, whatever is asked; and PostgreSQL may go away for a while."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ocs_sim.stores import ImageFilter, ImageRecord, StoreUnreachable
from ocs_sim.stores._images import ImageDatabase
from tests.examples import examples
from tests.postgres import running_postgres

START = datetime(2026, 11, 21, tzinfo=UTC)
TEXT = some.text("abAB%_\\'\"- é\u4e2d", max_size=4)
MOMENT = some.timedeltas(timedelta(0), timedelta(seconds=30)).map(lambda since: START + since)
SECONDS = some.floats(min_value=0.0, max_value=20.0)
FILTERS = some.builds(
    ImageFilter,
    site=some.none() | TEXT,
    username=some.none() | TEXT,
    exposure_time_min=some.none() | SECONDS,
    exposure_time_max=some.none() | SECONDS,
    start_date=some.none() | MOMENT,
    end_date=some.none() | MOMENT,
    filename=some.none() | TEXT | TEXT.map(lambda text: f"%{text}%"),
)
RECORDS = some.builds(
    ImageRecord,
    base_filename=TEXT,
    site=TEXT,
    username=some.none() | TEXT,
    exposure_time=some.none() | SECONDS | some.just(float("inf")),
    capture_date=MOMENT,
    header=some.none()
    | some.dictionaries(some.text(max_size=3), some.none() | some.integers() | some.text(max_size=3)),
    jpg_medium_exists=some.booleans(),
    fits_01_exists=some.booleans(),
)
_numbers = itertools.count()


@pytest.fixture(scope="module")
def both(tmp_path_factory, postgres):
    with (
        ImageDatabase(tmp_path_factory.mktemp("images") / "images.sqlite") as one,
        ImageDatabase(postgres.url) as other,
    ):
        yield one, other


def without_ids(records):
    return [replace(each, image_id=None) for each in records]


@settings(
    max_examples=examples(20),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(records=some.lists(RECORDS, max_size=8), wanted=some.lists(FILTERS, min_size=1, max_size=6))
def test_both_answer_alike(both, records, wanted):
    # Each example has a corner of its own, which the databases do not mix up with the others.
    corner = f"{next(_numbers)}:"
    for images in both:
        for each in records:
            images.record(replace(each, base_filename=corner + each.base_filename, site=corner + each.site))
    for each in wanted:
        here = replace(each, site=None if each.site is None else corner + each.site)
        pattern = None if each.filename is None else corner + each.filename
        asked = [here, replace(here, filename=pattern or f"{corner}%")]
        answers = [[without_ids(images.filtered(each, limit=20)) for each in asked] for images in both]
        assert answers[0] == answers[1]
    one, other = (
        {site: replace(each, image_id=None) for site, each in images.latest_of_each_site().items()}
        for images in both
    )
    assert one == other
    for each in records:
        base = corner + each.base_filename
        assert both[0].header(base) == both[1].header(base)


@pytest.mark.integration
@pytest.mark.slow
def test_a_server_that_comes_back_is_used_again():
    with running_postgres() as server, ImageDatabase(server.url) as images:
        images.record(ImageRecord(base_filename="a", site="wmd"))
        server.stop()
        for _ in range(2):
            with pytest.raises(StoreUnreachable):
                images.record(ImageRecord(base_filename="b", site="wmd"))
        server.start()
        images.record(ImageRecord(base_filename="b", site="wmd"))
        assert images.get("a").site == images.get("b").site == "wmd"
