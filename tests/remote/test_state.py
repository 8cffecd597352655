"""The state document: what it says, and that it can be read again, whoever wrote it."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from ocs_sim.remote import LastImage, Told, encode_state, read_state

NOW = 1_700_000_000.25
POINTING = {
    "ra": 84.0,
    "dec": -5.5,
    "altitude": 30.0,
    "azimuth": 120.0,
    "airmass": 2.0,
    "sidereal_time": 5.25,
    "pier_side": -1,
    "tracking": True,
    "slewing": False,
    "at_park": False,
}
CAMERA = {
    "state": 2,
    "ccd_temperature": math.nan,
    "filter": -1,
    "focus_position": 5000,
    "rotator_angle": 12.5,
    "rotator_moving": True,
}
IMAGE = LastImage("wmd-cam1-20231114-00000007-EX00.fits", "wmd/x.fits", NOW - 60, 1.5, 2)
DOCUMENTED = {
    *(
        f"mnt1_{name}"
        for name in ["ra", "dec", "is_parked", "is_tracking", "tracking_ra_rate", "tracking_dec_rate"]
    ),
    *(
        f"mnt1_{name}"
        for name in ["sid", "rdsys", "az", "alt", "zen", "air", "inst", "is_slewing", "timestamp"]
    ),
    *(
        f"cam1_{name}"
        for name in ["binX", "binY", "last_exposure_time", "last_image_name", "state", "exposing"]
    ),
    *("cam1_imgavail", "rot1_rotation", "rot1_rot_moving", "foc1_focus", "foc1_foctemp", "foc1_foc_moving"),
    *("State", "site", "timestamp"),
}


@pytest.fixture
def document():
    told = {
        "mount": Told("mount1", POINTING, 0.5),
        "camera": Told("camera1", CAMERA, 1.0),
        "dome": Told("dome1", None, 70.0, "dome1 has been silent for 70 s"),
    }
    return encode_state("wmd", NOW, **told, image=IMAGE, image_count=7, backlog=1)


def test_it_has_the_documented_fields_as_texts(document):
    assert set(document) - {"typed"} == DOCUMENTED
    assert all(isinstance(document[name], str) for name in DOCUMENTED)
    assert (document["State"], document["site"], document["timestamp"]) == ("State", "wmd", "1700000000")
    assert float(document["mnt1_ra"]) == pytest.approx(5.6)
    assert (document["mnt1_zen"], document["mnt1_is_tracking"]) == ("60.0", "True")
    assert (document["cam1_state"], document["cam1_exposing"]) == ("Camera Exposing", "True")
    assert document["cam1_last_image_name"] == IMAGE.name
    assert document["mnt1_timestamp"] == "1699999999"
    assert (document["rot1_rot_moving"], document["foc1_foc_moving"]) == ("True", "unknown")
    assert document["typed"]["camera"]["is_rotating"] is True


def test_what_is_not_known_is_said_to_be_unknown(document):
    assert document["mnt1_tracking_ra_rate"] == document["foc1_foctemp"] == "unknown"
    assert "detector_celsius" not in document["typed"]["camera"]
    assert "filter_slot" not in document["typed"]["camera"]
    assert "pier_side" not in document["typed"]["mount"]


def test_a_site_without_anything_has_all_fields_too():
    document = encode_state("wmd", NOW)
    assert set(document) - {"typed"} == DOCUMENTED
    assert document["cam1_last_image_name"] == "empty"
    assert read_state(document).last_image_name is None


def test_its_numbers_are_of_a_kind_that_tables_take(document):
    def kinds(value):
        if isinstance(value, dict):
            return {kind for each in value.values() for kind in kinds(each)}
        return {kind for each in value for kind in kinds(each)} if isinstance(value, list) else {type(value)}

    assert kinds(document) == {str, int, bool, Decimal}


def test_it_can_be_read_again(document):
    state = read_state(document)
    assert (state.site, state.written_unix, state.schema) == ("wmd", NOW, 1)
    assert state.mount["ra_degrees"] == pytest.approx(84.0)
    assert (state.mount["is_tracking"], state.mount["agent"]) == (True, "mount1")
    assert state.camera["focus_steps"] == 5000
    assert (state.dome["is_fresh"], state.dome["age_seconds"]) == (False, 70.0)
    assert state.problems == ("dome1 has been silent for 70 s",)
    assert (state.last_image_name, state.last_image_key) == (IMAGE.name, "wmd/x.fits")
    assert (state.image["count"], state.image["backlog"]) == (7, 1)


def test_it_tells_its_age(document):
    state = read_state(document)
    assert state.age_seconds(NOW + 7) == pytest.approx(7.0)
    assert state.age_seconds(NOW - 7) == 0.0
    assert state.is_alive(NOW + 19)
    assert not state.is_alive(NOW + 21)


def test_a_document_of_the_original_simulator_is_understood():
    state = read_state(
        {
            "State": "State",
            "site": "site1",
            "timestamp": "1555900000",
            "mnt1_ra": "5.5",
            "mnt1_dec": "as typed",
            "mnt1_is_parked": "True",
            "mnt1_is_tracking": "maybe",
            "cam1_last_exposure_time": "2.0",
            "cam1_last_image_name": "1555_site1_testimage_2s_no0.jpg",
        }
    )
    assert (state.schema, state.written_unix) == (0, 1555900000.0)
    assert dict(state.mount) == {"ra_degrees": 82.5, "is_parked": True}
    assert state.image["exposure_seconds"] == 2.0
    assert state.last_image_key == "site1/1555_site1_testimage_2s_no0.jpg"


@pytest.mark.parametrize(
    "document",
    [{}, {"timestamp": None, "typed": "?"}, {"typed": {"mount": 3, "problems": None, "schema": "new"}}],
)
def test_whatever_else_it_is_nothing_breaks(document):
    state = read_state(document)
    assert (state.written_unix, state.schema) == (0.0, 0)
    assert not state.is_alive(NOW)
