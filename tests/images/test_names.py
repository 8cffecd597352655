"""Names of images are Photon Ranch's: what it would not ingest is never made."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.images import ImageName, NotAnImageName, observing_day

WORD = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_", min_size=1, max_size=12)
NAMES = st.builds(
    ImageName,
    site=st.text("abcxyz019_", min_size=3, max_size=6),
    instrument=WORD,
    day=st.dates(date(1000, 1, 1)).map(lambda day: f"{day:%Y%m%d}"),
    number=st.integers(0, 99_999_999),
    kind=st.sampled_from(["EX", "e", "EP", "EF", "ABC"]),
    level=st.integers(0, 99),
    extension=st.sampled_from(["fits", "jpg", "txt", "fits.fz", "fits.bz2"]),
)


def ingested(filename):
    """Return what Photon Ranch's ingestion takes from a file's name, by its rules as they are documented."""
    base, *extensions = filename.split(".")
    site, instrument, day, number, datatype = base.split("-")
    assert 3 <= len(site) <= 6
    assert instrument
    assert re.fullmatch("[0-9]{8}", day)
    assert re.fullmatch("[0-9]{8}", number)
    kind, level = re.fullmatch("([a-zA-Z]+)([0-9]{2})", datatype).groups()
    assert extensions[0].isalpha()
    return f"{site}-{instrument}-{day}-{number}", kind, level


@settings(deadline=None)
@given(NAMES)
def test_a_name_is_parsed_as_it_was_and_ingested(name):
    assert ImageName.parse(str(name)) == name
    assert ImageName.parse(f"/data/{name}") == name
    assert ingested(str(name)) == (name.base, name.kind, f"{name.level:02d}")


def test_the_example_of_photon_ranch():
    name = ImageName.parse("sro-kb001ms-20220629-00010442-EX10.jpg")
    assert name == ImageName("sro", "kb001ms", "20220629", 10442, "EX", 10, "jpg")
    assert str(name.of(0, "fits.fz")) == "sro-kb001ms-20220629-00010442-EX00.fits.fz"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "image.fits",
        "sr-cam-20220629-00010442-EX00.fits",
        "sitetoolong-cam-20220629-00010442-EX00.fits",
        "sro-ca-m-20220629-00010442-EX00.fits",
        "sro--20220629-00010442-EX00.fits",
        "sro-cam-20220631-00010442-EX00.fits",
        "sro-cam-2022629-00010442-EX00.fits",
        "sro-cam-20220629-10442-EX00.fits",
        "sro-cam-20220629-00010442-EX0.fits",
        "sro-cam-20220629-00010442-00.fits",
        "sro-cam-20220629-00010442-EX00",
        "sro-cam-20220629-00010442-EX00.f1ts",
        "sro-cam-20220629-00010442-EX00.fits.gz",
        "sro-cam-20220629-00010442-EX00.fits\n",
        "sro-cam-\uff12022\uff10629-00010442-EX00.fits",
        "../sro-cam-20220629-00010442/EX00.fits",
    ],
)
def test_what_breaks_the_rules_is_no_name(text):
    with pytest.raises(NotAnImageName):
        ImageName.parse(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"site": "a-b"},
        {"instrument": "a/b"},
        {"day": "2026"},
        {"number": 100_000_000},
        {"number": -1},
        {"kind": "E1"},
        {"level": 100},
        {"extension": "fits/.."},
    ],
)
def test_a_name_that_would_not_be_ingested_cannot_be_made(wrong):
    parts = {"site": "tst", "instrument": "cam1", "day": "20261120", "number": 1}
    with pytest.raises(NotAnImageName):
        ImageName(**parts | wrong)


def test_the_day_of_a_night_is_that_of_its_evening():
    noon_in_greenwich = 1_795_262_400  # 2026-11-21T12:00:00
    assert observing_day(noon_in_greenwich - 1, 0) == "20261120"
    assert observing_day(noon_in_greenwich, 0) == "20261121"
    # At 90 degrees west noon comes six hours later.
    assert observing_day(noon_in_greenwich + 6 * 3600 - 1, -90) == "20261120"
    assert observing_day(noon_in_greenwich + 6 * 3600, -90) == "20261121"
