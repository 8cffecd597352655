"""Catalogues of one's own: what is understood, and what is said of the rest."""

import numpy as np
import pytest
from astropy import units
from astropy.table import MaskedColumn, Table

from ocs_sim.sky import BadCatalogue, CatalogueFile, SyntheticSky, open_catalogue

RA, DEC, MAGNITUDE = [10.0, 10.1, 359.95], [20.0, 20.1, -5.0], [7.0, 5.0, 9.0]


def table(**columns):
    return Table(columns or {"ra": RA, "dec": DEC, "mag": MAGNITUDE})


def written(directory, contents, name="stars.ecsv", **options):
    path = directory / name
    contents.write(path, **options)
    return path


@pytest.mark.parametrize("name", ["stars.csv", "stars.ecsv", "stars.fits", "stars.vot", "stars.xml"])
def test_each_format_is_read(tmp_path, name):
    options = {"format": "votable"} if name.endswith(("xml", "vot")) else {}
    catalogue = open_catalogue(written(tmp_path, table(), name, **options))
    stars = catalogue.stars_near(10.05, 20.05, 0.2, 10.0)
    assert stars.magnitude.tolist() == [5.0, 7.0]
    assert stars.ra_degrees == pytest.approx([10.1, 10.0])
    assert stars.dec_degrees == pytest.approx([20.1, 20.0])


@pytest.mark.parametrize(
    ("ra", "dec", "magnitude"),
    [("RAJ2000", "DEJ2000", "Vmag"), ("RA_ICRS", "DE_ICRS", "Gmag"), ("ra", "dec", "phot_g_mean_mag")],
)
def test_the_names_that_catalogues_use_are_known(tmp_path, ra, dec, magnitude):
    path = written(tmp_path, table(**{"other": [1, 2, 3], ra: RA, dec: DEC, magnitude: MAGNITUDE}))
    assert len(CatalogueFile(path).stars_near(0, 0, 180, 30)) == 3


def test_units_of_columns_are_heeded(tmp_path):
    path = written(tmp_path, table(ra=np.radians(RA) * units.rad, dec=DEC * units.deg, mag=MAGNITUDE))
    assert CatalogueFile(path).stars_near(10.0, 20.0, 0.01, 30).ra_degrees == pytest.approx([10.0])


def test_sexagesimal_text_is_hours_and_degrees(tmp_path):
    path = tmp_path / "stars.csv"
    path.write_text("name,ra,dec,mag,b_v\nSirius,06:45:08.9,-16:42:58,-1.46,0.0\n")
    stars = CatalogueFile(path).stars_near(101.287, -16.716, 0.01, 30)
    assert stars.names == ("Sirius",)
    assert stars.colour.tolist() == [0.0]


def test_right_ascension_wraps(tmp_path):
    catalogue = CatalogueFile(written(tmp_path, table()))
    assert len(catalogue.stars_near(0.0, -5.0, 0.1, 30)) == 1
    assert len(catalogue.stars_near(360.0, -5.0, 0.04, 30)) == 0


def test_faint_stars_are_left_out(tmp_path):
    assert len(CatalogueFile(written(tmp_path, table())).stars_near(10.05, 20.05, 0.2, 6.0)) == 1


def test_rows_without_magnitude_are_left_out_and_the_rest_is_kept(tmp_path):
    missing = MaskedColumn(MAGNITUDE, mask=[True, False, False])
    catalogue = CatalogueFile(written(tmp_path, table(ra=RA, dec=DEC, mag=missing)))
    assert len(catalogue) == 2


@pytest.mark.parametrize(
    ("contents", "fault"),
    [
        ("right,dec,mag\n1,2,3\n", r"no column is called ra, .*; it has right, dec, mag"),
        ("ra,dec,brightness\n1,2,3\n", r"no column is called mag, .* it has ra, dec, brightness"),
        ("ra,dec,mag\nhello,2,3\n", r"column 'ra' does not hold angles"),
        ("ra,dec,mag\n1,2,bright\n", r"column 'mag' does not hold numbers"),
        ("ra,dec,mag\n1,200,3\n", r"beyond 90 degrees"),
        ("ra,dec,mag\n1,2,nan\n", r"no row has a position and a magnitude"),
        ("ra,dec,mag\n1,2,3,4,5\n", r"InconsistentTableError"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_column(tmp_path, contents, fault):
    path = tmp_path / "mine.csv"
    path.write_text(contents)
    with pytest.raises(BadCatalogue, match=fault) as caught:
        CatalogueFile(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["missing.csv", "missing.fits", "stars.doc"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(BadCatalogue, match=name):
        CatalogueFile(tmp_path / name)


@pytest.mark.parametrize("name", ["synthetic", None])
def test_the_synthetic_sky_has_a_name(name):
    assert isinstance(open_catalogue(name), SyntheticSky)


START_OF_2026 = 1_767_225_600.0


@pytest.mark.parametrize(
    ("motion", "unit"), [([3600.0], None), ([3600.0], units.mas / units.yr), ([0.001], units.deg / units.yr)]
)
@pytest.mark.parametrize(("epoch", "years"), [(None, 26.0), ([2016.0], 10.0)])
def test_stars_move_from_the_epoch_of_the_table(tmp_path, motion, unit, epoch, years):
    columns = {"ra": [10.0], "dec": [60.0], "mag": [9.0], "pmra": motion, "pmdec": [0.0]}
    if unit is not None:
        columns["pmra"] = motion * unit
    if epoch is not None:
        columns["ref_epoch"] = epoch
    catalogue = CatalogueFile(written(tmp_path, table(**columns)))
    stars = catalogue.stars_near(10.0, 60.0, 0.1, 30, unix=START_OF_2026)
    assert stars.ra_degrees == pytest.approx([10.0 + 2 * years / 1000], abs=3e-5)
    assert stars.dec_degrees == pytest.approx([60.0], abs=3e-5)


def test_a_star_that_has_moved_into_the_circle_is_found(tmp_path):
    fast = table(ra=[10.0], dec=[20.0], mag=[9.0], pmra=[0.0], pmdec=[10_000.0])
    catalogue = CatalogueFile(written(tmp_path, fast))
    there = (10.0, 20.0 + 260 / 3600, 0.01, 30)
    assert len(catalogue.stars_near(*there, unix=START_OF_2026)) == 1
    assert len(catalogue.stars_near(*there)) == 0


def test_a_motion_in_a_strange_unit_is_refused(tmp_path):
    columns = {"ra": RA, "dec": DEC, "mag": MAGNITUDE, "pmra": RA * units.km / units.s}
    path = written(tmp_path, table(**columns))
    with pytest.raises(BadCatalogue, match="column 'pmra' does not hold proper motions"):
        CatalogueFile(path)


def test_what_is_solved_by_a_file_is_solved_by_what_made_it(tmp_path):
    stars = SyntheticSky().stars_near(30.0, 40.0, 0.5, 15.0)
    table(ra=stars.ra_degrees, dec=stars.dec_degrees, mag=stars.magnitude, b_v=stars.colour).write(
        tmp_path / "field.ecsv"
    )
    again = CatalogueFile(tmp_path / "field.ecsv").stars_near(30.0, 40.0, 0.4, 14.0)
    same = SyntheticSky().stars_near(30.0, 40.0, 0.4, 14.0)
    for column in ("ra_degrees", "dec_degrees", "magnitude", "colour"):
        assert getattr(again, column) == pytest.approx(getattr(same, column), abs=1e-9)
