"""The image database, on SQLite and on PostgreSQL: both answer alike."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ocs_sim.stores._images import ImageDatabase
from ocs_sim.stores._images_errors import BadImageRecord, BadImageSearch
from ocs_sim.stores._images_record import ImageFilter, ImageRecord, literally

NIGHT = datetime(2026, 11, 21, 22, 0, 0, 250_000, tzinfo=UTC)


def base(number, site="wmd"):
    return f"{site}-cam1-20261121-{number:08d}"


def image(number, site="wmd", **facts):
    told = {"capture_date": NIGHT + timedelta(minutes=number), "jpg_medium_exists": True, **facts}
    return ImageRecord(base_filename=base(number, site), site=site, **told)


def numbers(records):
    return [int(each.base_filename[-8:]) for each in records]


def test_what_was_recorded_is_what_is_told(images):
    told = image(
        1,
        directory="wmd",
        data_type="EP",
        right_ascension=83.8,
        declination=-5.39,
        altitude=40.25,
        azimuth=181.5,
        filter_used="rp",
        airmass=1.55,
        exposure_time=12.5,
        username="Ada Ž.",
        user_id="google|1",
        header={"SIMPLE": True, "NAXIS": 2, "EXPTIME": 12.5, "OBJECT": "M 42", "BLANK": None},
        fits_01_exists=True,
    )
    images.record(told)
    found = images.get(base(1))
    assert dataclasses.replace(found, image_id=None) == dataclasses.replace(told, sort_date=told.capture_date)
    assert isinstance(found.image_id, int)
    assert images.header(base(1)) == told.header
    assert found.key(10, "jpg") == f"wmd/{base(1)}-EP10.jpg"


def test_what_is_not_there_is_none(images):
    assert images.get(base(1)) is None
    assert images.header(base(1)) is None
    assert (images.latest("wmd", 5), images.latest_of_each_site()) == ([], {})
    assert images.filtered(ImageFilter()) == []


def test_an_image_is_there_once_and_keeps_what_it_had(images):
    images.record(image(1, jpg_medium_exists=False, fits_01_exists=True, header={"A": 1}, airmass=1.5))
    images.record(ImageRecord(base_filename=base(1), site="wmd", jpg_medium_exists=True))
    images.record(ImageRecord(base_filename=base(1), site="wmd", jpg_small_exists=True, airmass=1.6))
    [only] = images.filtered(ImageFilter())
    assert (only.fits_01_exists, only.jpg_medium_exists, only.jpg_small_exists) == (True, True, True)
    assert not only.fits_10_exists
    assert (only.airmass, only.header) == (1.6, {"A": 1})
    assert only.capture_date == NIGHT + timedelta(minutes=1)


def test_an_image_without_a_date_is_of_now_and_may_be_told_it_later(images):
    before = datetime.now(UTC) - timedelta(seconds=1)
    images.record(ImageRecord(base_filename=base(1), site="wmd", jpg_medium_exists=True))
    assert before <= images.get(base(1)).capture_date <= datetime.now(UTC)
    images.record(image(1))
    assert images.get(base(1)).sort_date == NIGHT + timedelta(minutes=1)


def test_dates_are_utc_wherever_they_come_from(images):
    there = NIGHT.astimezone(timezone(timedelta(hours=-8)))
    images.record(image(1, capture_date=there))
    assert images.get(base(1)).capture_date == NIGHT
    assert images.get(base(1)).capture_date.utcoffset() == timedelta(0)
    with pytest.raises(BadImageRecord, match="capture_date has no time zone"):
        image(1, capture_date=there.replace(tzinfo=None))


def test_numbers_that_are_none_are_not_kept(images):
    images.record(image(1, airmass=1.5))
    images.record(image(1, airmass=float("nan"), header={"A": float("inf"), "B": [float("nan")]}))
    assert (images.get(base(1)).airmass, images.header(base(1))) == (1.5, {"A": None, "B": [None]})


def test_the_latest_come_first_and_only_those_that_can_be_shown(images):
    for number in (3, 1, 2):
        images.record(image(number, user_id="ada" if number < 3 else "bob"))
    images.record(image(4, jpg_medium_exists=False))
    images.record(image(9, site="sro"))
    assert numbers(images.latest("wmd", 2)) == [3, 2]
    assert numbers(images.latest("wmd", 5, user_id="ada")) == [2, 1]
    assert images.latest("wmd", 0) == images.latest("nowhere", 5) == []


def test_of_two_at_the_same_moment_the_later_record_is_the_newer(images):
    for number in (2, 1):
        images.record(image(number, capture_date=NIGHT))
    assert numbers(images.latest("wmd", 5)) == [1, 2]


def test_each_site_has_a_latest(images):
    for site, number in (("wmd", 1), ("sro", 2), ("wmd", 3), ("aro", 4), ("sro", 1)):
        images.record(image(number, site=site))
    images.record(image(5, site="dark", jpg_medium_exists=False))
    latest = images.latest_of_each_site()
    assert {site: each.base_filename for site, each in latest.items()} == {
        "aro": base(4, "aro"),
        "sro": base(2, "sro"),
        "wmd": base(3, "wmd"),
    }


def minutes(number):
    return NIGHT + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ImageFilter(), [4, 3, 2, 1]),
        (ImageFilter(site="sro"), [4]),
        (ImageFilter(username="ada"), [3, 1]),
        (ImageFilter(user_id="u2"), [2]),
        (ImageFilter(filter_used="rp", username="ada"), [1]),
        (ImageFilter(exposure_time_min=20.0), [4, 3, 2]),
        (ImageFilter(exposure_time_min=20.0, exposure_time_max=30.0), [3, 2]),
        (ImageFilter(start_date=minutes(2), end_date=minutes(3)), [3, 2]),
        (ImageFilter(start_date=minutes(2.5).astimezone(timezone(timedelta(hours=5)))), [4, 3]),
        (ImageFilter(filename="wmd-%"), [3, 2, 1]),
        (ImageFilter(filename="WMD-%"), []),
        (ImageFilter(filename="%-0000000_"), [4, 3, 2, 1]),
        (ImageFilter(filename=r"%-0000000\_"), []),
        (ImageFilter(filename="%-00000002\\"), []),
        (ImageFilter(filename=literally(base(2))), [2]),
        (ImageFilter(filename=literally("%")), []),
        (ImageFilter(filename="'; DROP TABLE images; --"), []),
    ],
)
def test_images_can_be_chosen(images, wanted, expected):
    for number, filter_name in enumerate(("rp", "rp", "gp"), start=1):
        user = "ada" if number % 2 else "bob"
        facts = {"username": user, "user_id": f"u{number}", "filter_used": filter_name}
        images.record(image(number, exposure_time=10.0 * number, **facts))
    images.record(image(4, site="sro", exposure_time=60.0))
    assert numbers(images.filtered(wanted)) == expected
    assert numbers(images.filtered(wanted, limit=1)) == expected[:1]


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        ({"filename": "%" * 1001}, "1000 characters"),
        ({"site": "a\0b"}, "no text"),
        ({"user_id": "\ud800"}, "no text"),
        ({"start_date": NIGHT.replace(tzinfo=None)}, "no time zone"),
        ({"end_date": datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))}, "beyond all dates"),
        ({"exposure_time_max": float("nan")}, "not a number"),
    ],
)
def test_what_cannot_be_looked_for_is_said(wanted, fault):
    with pytest.raises(BadImageSearch, match=fault):
        ImageFilter(**wanted)


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
def test_names_that_cannot_be_kept_are_refused_and_not_there(images, name):
    with pytest.raises(BadImageRecord, match="no text"):
        ImageRecord(base_filename=name, site="wmd")
    assert images.get(name) is None


def test_a_literal_backslash_can_be_looked_for(images):
    images.record(image(1, jpg_medium_exists=True))
    images.record(ImageRecord(base_filename="a\\b_c", site="wmd", jpg_medium_exists=True))
    assert [each.base_filename for each in images.filtered(ImageFilter(filename=literally("a\\b_c")))] == [
        "a\\b_c"
    ]


def test_many_threads_record_the_same_images_without_doubles(url):
    flags = ("fits_01_exists", "fits_10_exists", "jpg_medium_exists", "jpg_small_exists")
    told = [
        ImageRecord(base_filename=base(number), site="wmd", **{flag: True})
        for number in range(10)
        for flag in flags
    ]
    # Two databases as two processes have them; both find that there are no tables yet.
    with ImageDatabase(url) as one, ImageDatabase(url) as other, ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda each: each[0].record(each[1]), [(one, t) for t in told] + [(other, t) for t in told]
            )
        )
        found = one.filtered(ImageFilter())
    assert sorted(numbers(found)) == list(range(10))
    assert all(getattr(each, flag) for each in found for flag in flags)


def test_what_was_recorded_is_there_when_the_database_is_opened_again(url):
    with ImageDatabase(url) as images:
        images.record(image(1))
    with ImageDatabase(url) as images:
        assert numbers(images.latest("wmd", 1)) == [1]
