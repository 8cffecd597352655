"""What is asked of the image database. Newest first, and of two at the same moment the one recorded later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select

from ocs_sim.stores._images_record import ImageFilter
from ocs_sim.stores._images_rows import naive
from ocs_sim.stores._images_schema import IMAGES

ESCAPE = "\\"

Images = Select[*tuple[Any, ...]]


def newest(table: FromClause = IMAGES) -> Images:
    """Return the query for all images that have a display picture."""
    return (
        select(table)
        .where(table.c.jpg_medium_exists)
        .order_by(table.c.sort_date.desc(), table.c.image_id.desc())
    )


def filtered(wanted: ImageFilter) -> Images:
    """Return the query for some of them."""
    return newest().where(*_conditions(wanted))


def newest_of_each_site() -> Images:
    """Return the query for the newest image of each site, by leaps in the index from site to site."""
    sites = select(func.min(IMAGES.c.site).label("site")).cte("sites", recursive=True)
    following = select(func.min(IMAGES.c.site)).where(IMAGES.c.site > sites.c.site).scalar_subquery()
    sites = sites.union_all(select(following).where(sites.c.site.is_not(None)))
    others = IMAGES.alias("others")
    latest = (
        newest(others)
        .with_only_columns(others.c.image_id)
        .where(others.c.site == sites.c.site)
        .limit(1)
        .correlate(sites)
        .scalar_subquery()
    )
    return (
        select(IMAGES).where(IMAGES.c.image_id.in_(select(latest).select_from(sites))).order_by(IMAGES.c.site)
    )


def _conditions(wanted: ImageFilter) -> Iterator[ColumnElement[bool]]:
    column = IMAGES.c
    for name in ("site", "username", "user_id", "filter_used"):
        if (value := getattr(wanted, name)) is not None:
            yield column[name] == value
    if wanted.exposure_time_min is not None:
        yield column.exposure_time >= wanted.exposure_time_min
    if wanted.exposure_time_max is not None:
        yield column.exposure_time <= wanted.exposure_time_max
    if wanted.start_date is not None:
        yield column.capture_date >= naive(wanted.start_date)
    if wanted.end_date is not None:
        yield column.capture_date <= naive(wanted.end_date)
    if wanted.filename is not None:
        yield column.base_filename.like(_pattern(wanted.filename), escape=ESCAPE)


def _pattern(text: str) -> str:
    escapes = len(text) - len(text.rstrip(ESCAPE))
    # PostgreSQL refuses an escape character that escapes nothing.
    return text + ESCAPE if escapes % 2 else text
