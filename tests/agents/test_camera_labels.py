"""Images are named and placed as the options say, or the telescope, or the site file."""

from types import SimpleNamespace

import pytest
from ocs_sim.agents._camera import CameraOptions
from ocs_sim.agents._camera._labels import Labels
from ocs_sim.agents._camera._telescope import TelescopeFacts, complete
from ocs_sim.agents._device import DeviceUnreachable

from ocs_sim.site import SiteIdentity

HILL = SiteIdentity("hill-top-1", "The hill", -30.0, -70.0, 2000.0)


def labels(instance_id="cam-1", identity=HILL, **options):
    options = CameraOptions(data_dir="/tmp", **options)
    site = SimpleNamespace(identity=identity)
    return Labels.of(SimpleNamespace(options=options, site=site, instance_id=instance_id))


def test_names_are_made_of_what_may_be_in_them():
    assert (labels().site_code, labels().instrument, labels().site_name) == ("hillto", "cam1", "The hill")
    assert (labels(identity=None).site_code, labels(identity=None).site_name) == ("sim", "")
    assert labels(instance_id="---").instrument == "cam"
    told = labels(site_code="tst", instrument="sci")
    assert (told.site_code, told.instrument) == ("tst", "sci")


@pytest.mark.parametrize("wrong", [{"site_code": "ab"}, {"site_code": "a-b"}, {"instrument": "a-b"}])
def test_names_that_files_cannot_have_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        labels(**wrong)


class _Telescope:
    """Stands for a link to a telescope, which can be out of reach."""

    Name, FocalLength, ApertureDiameter = "Tube", 2.0, 0.5
    SiteLatitude, SiteLongitude, SiteElevation = 10.0, 20.0, 30.0

    def __init__(self, away=False):
        self.away = away

    def read(self, question, doing=""):
        if self.away:
            raise DeviceUnreachable(device="telescope", fault="away")
        return question(self)


def place(facts):
    return (facts.latitude_degrees, facts.longitude_degrees, facts.elevation_metres)


def test_the_telescope_is_asked_for_what_no_option_tells():
    facts = complete(TelescopeFacts(name="Mine", aperture_metres=0.4), _Telescope(), HILL)
    assert (facts.name, facts.aperture_metres, facts.focal_length_millimetres) == ("Mine", 0.4, 2000.0)
    assert (facts.focal_ratio, place(facts)) == (5.0, (10.0, 20.0, 30.0))


@pytest.mark.parametrize("telescope", [None, _Telescope(away=True)])
def test_the_site_file_has_the_last_word_on_the_place(telescope):
    facts = complete(TelescopeFacts(latitude_degrees=1.0), telescope, HILL)
    assert place(facts) == (-30.0, -70.0, 2000.0)
    assert facts.site("tst", "The hill").name == "The hill"
    assert complete(TelescopeFacts(), telescope).site("tst") is None
