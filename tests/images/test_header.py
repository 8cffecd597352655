"""Headers say what was true, by astropy's own astronomy, and say it as FITS and Photon Ranch want it."""

import math
import os
import subprocess
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path

import astropy.units as u
import pytest
from astropy.coordinates import TETE, AltAz, EarthLocation, SkyCoord
from astropy.io import fits
from astropy.time import Time
from astropy.utils import iers
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.images import (
    BadFact,
    Detector,
    Exposure,
    Facts,
    Optics,
    Pointing,
    Site,
    Target,
    Weather,
    build_header,
    header_text,
)
from tests.images.scenes import DETECTOR, NAME, OPTICS, POINTING, SITE, START, all_facts

PLACE = EarthLocation.from_geodetic(SITE.longitude_degrees, SITE.latitude_degrees, SITE.elevation_metres)


@pytest.fixture(autouse=True)
def _no_downloads():
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
        yield


def photon_ranch(text):
    """Return a header as Photon Ranch's ingestion reads it, by its documented steps."""
    header = {}
    for start in range(0, len(text), 80):
        card = text[start : start + 80]
        key, rest = card[:8].strip(), card[9:]
        if key == "END":
            return header
        header[key] = rest.split("'")[1].strip() if "'" in rest else rest.split("/")[0].strip()
    raise AssertionError("no END")


def test_a_header_takes_no_more_of_astropy_than_its_files(tmp_path):
    program = """
import sys
from pathlib import Path
from ocs_sim import images
assert "astropy" not in sys.modules
from tests.images.scenes import all_facts, sky
images.write_image(Path("a.fits"), sky(), images.build_header(all_facts()))
assert not {"astropy.coordinates", "astropy.wcs", "astropy.time", "matplotlib"} & set(sys.modules)
"""
    root = str(Path(__file__).parents[2])
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=os.environ | {"PYTHONPATH": root}, check=True
    )


def test_the_times_are_those_of_the_exposure():
    header = build_header(all_facts())
    start, middle, end = (Time(START + seconds, format="unix", scale="utc") for seconds in (0, 15, 30))
    assert header["DATE-OBS"] == header["DATE-BEG"] == start.isot == "2026-11-21T03:00:00.250"
    assert header["DATE-AVG"] == middle.isot
    assert header["DATE-END"] == end.isot
    assert header["TIMESYS"] == "UTC"
    assert header["EXPTIME"] == 30.0
    for key, moment in (("MJD-OBS", start), ("MJD-AVG", middle), ("MJD-END", end)):
        assert header[key] == pytest.approx(moment.mjd, abs=2e-9)
    assert header["DAY-OBS"] == "20261120"


def test_an_exposure_that_ended_late_says_so():
    header = build_header(Facts(Exposure(START, 30.0, end=START + 31)))
    assert header["DATE-END"] == "2026-11-21T03:00:31.250"
    assert header["DATE-AVG"] == "2026-11-21T03:00:15.750"


def test_where_the_telescope_looks_is_what_astropy_finds():
    header = build_header(all_facts())
    moment = Time(header["DATE-AVG"], scale="utc", location=PLACE)
    pointing = SkyCoord(header["RA"], header["DEC"], unit="deg", frame="icrs")
    seen = pointing.transform_to(AltAz(obstime=moment, location=PLACE))
    assert header["ALTITUDE"] == pytest.approx(seen.alt.deg, abs=0.002)
    assert header["AZIMUTH"] == pytest.approx(seen.az.deg, abs=0.002)
    assert header["AIRMASS"] == pytest.approx(1 / math.sin(seen.alt.rad), rel=2e-3)
    sidereal = moment.sidereal_time("apparent").hour
    assert header["LST"] == pytest.approx(sidereal, abs=1e-5)
    ra_of_date = pointing.transform_to(TETE(obstime=moment)).ra.hour
    assert header["HA"] == pytest.approx((sidereal - ra_of_date + 12) % 24 - 12, abs=1e-5)


def test_the_place_is_what_astropy_finds():
    header = build_header(all_facts())
    geocentric = [header[f"OBSGEO-{axis}"] * u.m for axis in "XYZ"]
    there = EarthLocation.from_geocentric(*geocentric)
    assert there.lat.deg == pytest.approx(header["SITELAT"], abs=1e-7)
    assert there.lon.deg == pytest.approx(header["SITELONG"], abs=1e-7)
    assert there.height.to_value(u.m) == pytest.approx(header["SITEELEV"], abs=2e-3)


def test_target_and_pointing_are_told_apart():
    header = build_header(all_facts())
    target = SkyCoord(header["OBJCTRA"], header["OBJCTDEC"], unit=("hourangle", "deg"))
    assert target.separation(SkyCoord(83.8187, -5.3897, unit="deg")).arcsec < 0.02
    assert (header["RA"], header["DEC"]) == (83.822, -5.391)
    assert header["RAHRS"] == pytest.approx(83.822 / 15)
    assert header["RADESYS"] == "ICRS"


def test_quantities_are_kept_in_the_units_of_their_names():
    plain = build_header(all_facts())
    detector = Detector(
        "Simulated camera",
        128,
        96,
        0.009 * u.mm,
        9e-6 * u.m,
        electrons_per_adu=1.5 * u.electron / u.adu,
        temperature_celsius=263.25 * u.K,
    )
    weather = Weather(wind_speed_metres_per_second=10.8 * u.km / u.h, pressure_hpa=88_000 * u.Pa)
    pointing = Pointing.at(SkyCoord(83.822, -5.391, unit="deg"), position_angle_degrees=0.2 * u.rad)
    target = Target.at(SkyCoord("05h35m16.488s", "-05d23m22.92s"), "M 42")
    start = Time(START, format="unix")
    optics = Optics("T", 1.8564 * u.m, 30 * u.cm)
    facts = Facts(Exposure(start, 0.5 * u.min), detector, optics, pointing, target, weather=weather)
    header = build_header(facts)
    for key in ("EXPTIME", "XPIXSZ", "YPIXSZ", "EGAIN", "FOCALLEN", "APTDIA", "RA", "DEC"):
        assert header[key] == pytest.approx(plain[key], rel=1e-12)
    for key in ("DATE-OBS", "OBJCTRA", "OBJCTDEC"):
        assert header[key] == plain[key]
    assert header["CCD-TEMP"] == pytest.approx(-9.9)
    assert header["WINDSPD"] == pytest.approx(3.0)
    assert header["PRESSURE"] == pytest.approx(880.0)
    assert header["POSANGLE"] == pytest.approx(math.degrees(0.2))
    assert Exposure(datetime.fromtimestamp(START, UTC), 1.0).start == START


@pytest.mark.parametrize(
    "make",
    [
        lambda: Exposure(START, 3 * u.m),
        lambda: Exposure(START, -1.0),
        lambda: Exposure(START, math.nan),
        lambda: Exposure(START, 1.0, image_type="skyflat"),
        lambda: Weather(math.inf),
        lambda: Detector("c", 0, 10, 9.0, 9.0),
        lambda: Detector("c", 10, 10, 9.0, 9.0, start_x=-1),
        lambda: build_header(Facts(Exposure(START, 1.0), more={"TOOLONGKEY": 1})),
        lambda: build_header(Facts(Exposure(START, 1.0), more={"SPACE D": 1})),
    ],
)
def test_what_cannot_be_true_or_written_is_refused(make):
    with pytest.raises(BadFact):
        make()


def test_what_nobody_told_is_left_out():
    header = build_header(Facts(Exposure(START, 1.0, "bias")))
    assert not {"RA", "CRVAL1", "FILTER", "GAIN", "SITELAT", "AIRMASS", "DOMEAZ", "AMBTEMP"} & set(header)
    assert header["SIMULATE"] is False
    assert None not in header.values()


@pytest.mark.parametrize("kind", ["bias", "dark", "flat"])
def test_only_images_of_the_sky_have_coordinates(kind):
    assert "CTYPE1" not in build_header(all_facts(exposure=Exposure(START, 1.0, kind)))
    assert "CTYPE1" in build_header(all_facts(exposure=Exposure(START, 1.0, "focus")))


def test_below_the_horizon_there_is_no_airmass():
    assert "AIRMASS" not in build_header(all_facts(pointing=Pointing(83.8, 80.0)))


def test_what_the_mount_tells_goes_before_what_is_computed():
    header = build_header(all_facts(pointing=Pointing(83.8, -5.0, altitude_degrees=90, azimuth_degrees=0)))
    assert (header["ALTITUDE"], header["AZIMUTH"], header["AIRMASS"]) == (
        90.0,
        0.0,
        pytest.approx(1, abs=1e-3),
    )


def test_photon_ranch_finds_what_it_looks_for():
    read = photon_ranch(header_text(build_header(all_facts())))
    assert read["DATE-OBS"] == "2026-11-21T03:00:00.250"
    assert float(read["CRVAL1"]) == 83.822
    assert float(read["CRVAL2"]) == -5.391
    assert float(read["RAHRS"]) == pytest.approx(5.58813, abs=1e-4)
    for key in ("ALTITUDE", "AZIMUTH", "AIRMASS", "EXPTIME", "DEC"):
        float(read[key])
    assert (read["FILTER"], read["USERNAME"], read["USERID"]) == ("R", "ada", "google-oauth2|1")
    assert (read["SITEID"], read["INSTRUME"], read["DAY-OBS"]) == ("tst", "cam1", "20261120")
    assert read["ORIGNAME"] == str(NAME)
    assert (read["SMARTSTK"], read["SSTKNUM"], read["SSTKLEN"]) == ("20261120", "2", "5")


def test_the_stacks_number_is_text_because_clients_fail_on_numbers():
    header = build_header(all_facts(stack=None))
    assert (header["SMARTSTK"], header["SSTKNUM"]) == ("no", "1")


def test_every_number_with_a_unit_says_it_in_brackets():
    header = build_header(all_facts())
    numbers = [card for card in header.cards if isinstance(card.value, float)]
    without = {card.keyword for card in numbers if not card.comment.startswith("[")}
    assert without == {"AIRMASS", "MOONFRAC"}
    assert all(card.comment for card in header.cards)


TEXT = st.text(max_size=100)
DEGREES = st.floats(-90, 90)


@settings(deadline=None)
@given(
    name=TEXT,
    observer=TEXT,
    ra=st.floats(0, 359.999),
    dec=DEGREES,
    start=st.floats(0, 4e9),
    duration=st.floats(0, 7200),
    latitude=DEGREES,
    longitude=st.floats(-180, 180),
    temperature=st.floats(-100, 100),
)
def test_any_facts_make_a_header_that_is_read_as_it_was_written(
    name, observer, ra, dec, start, duration, latitude, longitude, temperature
):
    facts = all_facts(
        exposure=Exposure(start, duration),
        target=Target(name, ra, dec),
        pointing=Pointing(ra, dec),
        site=Site("tst", latitude, longitude, 0.0),
        weather=Weather(temperature),
        more={"NOTE": observer, "VALUE": (temperature, "[degC] " + observer)},
    )
    with warnings.catch_warnings():
        # Where the Earth's rotation is not known ERFA says so; that is not what this test is about.
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        warnings.filterwarnings("ignore", ".*dubious year.*")
        header = build_header(facts)
    text = header_text(header)
    assert len(text) % 2880 == 0
    assert text.isascii()
    read = fits.Header.fromstring(text)
    assert [(card.keyword, card.value, card.comment) for card in read.cards] == [
        (card.keyword, card.value.rstrip() if isinstance(card.value, str) else card.value, card.comment)
        for card in header.cards
    ]
    assert read["RA"] == pytest.approx(ra, rel=1e-13, abs=1e-13)
    assert read["AMBTEMP"] == pytest.approx(temperature, rel=1e-11)


def test_long_and_foreign_texts_are_kept_as_far_as_fits_can():
    header = build_header(
        all_facts(target=Target("Čapek's star Σ " + "x" * 90), more={"PLACE": ("Córdoba", "ñ")})
    )
    read = fits.Header.fromstring(header_text(header))
    assert read["OBJECT"] == "Capek's star ? " + "x" * 90
    assert (read["PLACE"], read.comments["PLACE"]) == ("Cordoba", "n")


def test_binning_and_the_settings_of_the_optics_are_there():
    detector = Detector("c", 128, 96, 9.0, 10.0, bin_x=2, bin_y=3, start_x=5, start_y=7)
    header = build_header(all_facts(detector=detector))
    assert (header["XBINNING"], header["YBINNING"], header["XPIXSZ"], header["YPIXSZ"]) == (2, 3, 18.0, 30.0)
    assert (header["XORGSUBF"], header["YORGSUBF"], header["DETSIZE"]) == (5, 7, "[1:128,1:96]")
    assert header["PIXSCALE"] == pytest.approx(2 * 206264.806 * 0.009 / 1856.4, rel=1e-6)
    assert (header["FOCUSPOS"], header["FOCPOS"], header["ROTANG"]) == (5000, 5000, 12.0)
    assert (OPTICS.filter_name, POINTING.pier_side.upper()) == (header["FILTER"], header["PIERSIDE"])
    assert DETECTOR.electrons_per_adu == 1.5
