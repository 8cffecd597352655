"""What each row of the table makes of a job, and that the agents have what it asks for."""

from inspect import signature

import pytest
from ocs_sim.agents._jobs import ACTIONS
from ocs_sim.agents._jobs._late import LATE
from ocs_sim.agents._jobs._pixels import NoCoordinates, sky_of_pixel
from ocs_sim.agents._jobs._prepare import NotPossible, Wish, prepare
from ocs_sim.agents._jobs._schema import parameter_faults
from ocs_sim.agents._jobs._site_rows import BadJobActions, with_site_rows
from ocs_sim.agents.camera import Camera
from ocs_sim.agents.dome import Dome
from ocs_sim.agents.mount import Mount

from ocs_sim.images import commanded_projection
from ocs_sim.testing import AgentHarness

AGENTS = {"mount": "m1", "camera": "c1", "dome": "d1"}
CLASSES = {"mount": Mount, "camera": Camera, "dome": Dome}
STEPS = [
    (key, step) for key, row in ACTIONS.items() for form in row.forms for step in form.steps if step.agent
]


def ready(key, params=None, table=ACTIONS, roles=("admin",)):
    device, _, action = key.partition("/")
    action, _, script = action.partition("/")
    params = {**(params or {}), **({"script": script} if script else {})}
    return prepare(Wish(device.replace("*", "all"), action, params, roles), table, AGENTS)


def told(key, params=None):
    """Return the operations of a job, with their parameters and what is known only later."""
    return [
        (f"{step.step.agent}.{step.step.operation}", {**step.params, **step.late})
        for step in ready(key, params).steps
        if not step.step.only_if
    ]


UP = ("mount.goto", {"ra": 82.5, "dec": -5.5, "frame": "icrs"})
WHOLE = {"image_type": "light"}
JOBS = [
    ("mount/go", {"ra": "5.5", "dec": "-5.5"}, [UP]),
    ("mount/go", {"ra": "05:30:00", "dec": "-05:30:00", "frame": ""}, [UP]),
    ("mount/go", {"ra": 5.5, "dec": -5.5, "rdsys": "J2000"}, [(UP[0], {**UP[1], "frame": "fk5"})]),
    ("mount/go", {"az": "370", "alt": "45"}, NotPossible),
    ("mount/go", {"az": "120", "alt": "45"}, [("mount.goto_altaz", {"az": 120.0, "alt": 45.0})]),
    (
        "mount/go",
        {"ha": "-1.5", "dec": "10"},
        [("mount.goto", {"ra": ("from_hour_angle", -1.5), "dec": 10.0, "frame": "apparent"})],
    ),
    ("mount/stop", {}, [("mount.stop", {})]),
    (
        "mount/center_on_pixels",
        {"image_x": "0.25", "image_y": 0.75, "base_filename": "a.fits"},
        [("mount.goto", {"ra": ("pixel_ra", 0.25), "dec": ("pixel_dec", 0.75)})],
    ),
    ("mount/park", {}, [("mount.park", {})]),
    ("mount/unpark", {}, [("mount.unpark", {})]),
    ("mount/home", {}, [("mount.home", {})]),
    (
        "mount/sky_flat_position",
        {},
        [("mount.goto_altaz", {"alt": 75.0, "az": ("flat_azimuth", 0.0)})],
    ),
    ("mount/tracking", {"tracking": "off"}, [("mount.track", {"on": False})]),
    ("mount/set_tracking_on", {}, [("mount.track", {"on": True})]),
    ("mount/set_tracking_off", {}, [("mount.track", {"on": False})]),
    *(
        (
            f"mount/{name}",
            {},
            [("mount.goto", {"ra": ("from_hour_angle", 0.0), "dec": 0.0, "frame": "apparent"})],
        )
        for name in ("pivot", "zero")
    ),
    (
        "camera/expose",
        {
            "time": "2.5",
            "image_type": "skyflat",
            "count": "3",
            "bin": "2x2",
            "filter": "rp",
            "object_name": "M42",
            "zoom": "50%",
            "username": "Ada",
        },
        [
            (
                "camera.expose",
                {
                    "seconds": 2.5,
                    "image_type": "flat",
                    "count": 3,
                    "binning": 2,
                    "filter": "rp",
                    "object": "M42",
                    "part": [0.25, 0.25, 0.75, 0.75],
                    "observer": "Ada",
                },
            )
        ],
    ),
    (
        "camera/expose",
        {"time": 9, "image_type": "bias", "bin": [1, 1], "filter": "2", "area": "Full"},
        [("camera.expose", {"seconds": 0.0, "image_type": "bias", "binning": 1, "filter": 2})],
    ),
    (
        "camera/expose",
        {"time": 1, "subframe": {"x0": "0.1", "y0": 0.2, "x1": 0.6, "y1": 0.5}, "area": "square"},
        [("camera.expose", {"seconds": 1.0, "part": [0.1, 0.2, 0.6, 0.5], **WHOLE})],
    ),
    (
        "camera/expose",
        {"time": 1, "subframe": {"x0": 0, "y0": 0, "x1": 1, "y1": 1}, "area": "square"},
        [("camera.expose", {"seconds": 1.0, "part": "square", **WHOLE})],
    ),
    ("camera/expose", {"time": "-1"}, NotPossible),
    ("camera/expose", {"time": "nan"}, NotPossible),
    ("camera/expose", {"time": True}, NotPossible),
    ("camera/expose", {"time": 1, "bin": "1x2"}, NotPossible),
    ("camera/expose", {"time": 1, "zoom": "150%"}, NotPossible),
    ("camera/stop", {}, [("camera.expose", {}), ("camera.autofocus", {})]),
    ("camera/darkslide_open", {}, [("camera.open_cover", {})]),
    ("camera/darkslide_close", {}, [("camera.close_cover", {})]),
    ("filter_wheel/set_name", {"filter": "V"}, [("camera.set_filter", {"filter": "V"})]),
    ("filter_wheel/set_position", {"position": "3"}, [("camera.set_filter", {"filter": 3})]),
    ("filter_wheel/home", {}, [("camera.set_filter", {"filter": 0})]),
    ("filter_wheel/stop", {}, [("camera.set_filter", {})]),
    ("focuser/move_relative", {"position": "-60.0"}, [("camera.set_focus", {"by": -60, "unit": "um"})]),
    ("focuser/move_absolute", {"position": 4000}, [("camera.set_focus", {"position": 4000, "unit": "um"})]),
    ("focuser/stop", {}, [("camera.set_focus", {})]),
    ("focuser/fine_focus", {}, [("camera.autofocus", {})]),
    ("focuser/v_curve", {}, [("camera.autofocus", {})]),
    (
        "rotator/move_relative",
        {"position": "-15"},
        [("camera.set_rotator", {"degrees": ("turned_by", -15.0)})],
    ),
    ("rotator/move_absolute", {"position": "90"}, [("camera.set_rotator", {"degrees": 90.0})]),
    ("rotator/home", {}, [("camera.set_rotator", {"degrees": 0.0})]),
    ("rotator/stop", {}, [("camera.set_rotator", {})]),
    ("screen/turn_on", {"brightness": "40"}, [("camera.calibrator_on", {"brightness": 40})]),
    ("screen/turn_off", {}, [("camera.calibrator_off", {})]),
    ("screen/close_and_turn_on", {}, [("camera.close_cover", {}), ("camera.calibrator_on", {})]),
    ("screen/turn_off_and_close", {}, [("camera.calibrator_off", {}), ("camera.close_cover", {})]),
    ("screen/open_and_turn_off", {}, [("camera.calibrator_off", {}), ("camera.open_cover", {})]),
    (
        "screen/stop",
        {},
        [("camera.calibrator_on", {}), ("camera.open_cover", {}), ("camera.close_cover", {})],
    ),
    ("sequencer/run/focusAuto", {"bin": "2"}, [("camera.autofocus", {"points": 9, "binning": 2})]),
    ("sequencer/run/focusExtensive", {}, [("camera.autofocus", {"points": 15})]),
    ("sequencer/run/focusFine", {}, [("camera.autofocus", {"points": 9})]),
    (
        "sequencer/run/collectBiasesAndDarks",
        {"numOfBias": "5", "darkTime": "60", "numOfDark": "3"},
        [
            ("camera.expose", {"seconds": 0.0, "count": 5, "image_type": "bias"}),
            ("camera.expose", {"seconds": 60.0, "count": 3, "image_type": "dark"}),
        ],
    ),
    (
        "sequencer/run/collectScreenFlats",
        {"numFrames": "4"},
        [
            ("camera.close_cover", {}),
            ("camera.calibrator_on", {}),
            ("camera.expose", {"seconds": 1.0, "count": 4, "image_type": "flat"}),
            ("camera.calibrator_off", {}),
            ("camera.open_cover", {}),
        ],
    ),
    ("sequencer/run/stopScript", {}, [("camera.expose", {}), ("camera.autofocus", {})]),
    ("sequencer/autofocus", {"num_focus_pts": "11"}, [("camera.autofocus", {"points": 11})]),
    ("sequencer/stop", {}, [("camera.expose", {}), ("camera.autofocus", {})]),
    ("sequencer/cancel", {}, [("camera.expose", {}), ("camera.autofocus", {})]),
    ("enclosure/open", {}, [("dome.open", {})]),
    ("enclosure/close", {}, [("dome.close", {})]),
    ("enclosure/park", {}, [("dome.park", {})]),
    ("enclosure/stop", {}, [("dome.stop", {})]),
    ("enclosure/force_roof_state", {"force_roof_state": "Open"}, [("dome.open", {})]),
    ("enclosure/force_roof_state", {"force_roof_state": "closed"}, [("dome.close", {})]),
    ("enclosure/force_roof_state", {"force_roof_state": "auto"}, NotPossible),
    ("enclosure/home_dome", {}, [("dome.home", {})]),
    ("enclosure/track_telescope", {}, [("dome.slave", {})]),
    ("enclosure/stop_tracking_telescope", {}, [("dome.slave", {})]),
    ("enclosure/set_azimuth", {"azimuth": "90"}, [("dome.set_azimuth", {"azimuth": 90.0})]),
    ("*/cancel", {}, []),
    (
        "*/cancel_all_commands",
        {},
        [("camera.expose", {}), ("camera.autofocus", {}), ("mount.stop", {})],
    ),
    *(
        (
            key,
            {},
            [("camera.expose", {}), ("camera.autofocus", {}), ("mount.stop", {}), ("dome.stop", {})],
        )
        for key in ("*/allstop", "all/stop")
    ),
]


@pytest.mark.parametrize(("key", "params", "expected"), JOBS)
def test_what_a_row_makes_of_a_job(key, params, expected):
    if expected is NotPossible:
        with pytest.raises(NotPossible):
            told(key, params)
        return
    assert told(key, params) == expected


def test_every_row_is_tried():
    assert {key for key, _, _ in JOBS} == {key for key, row in ACTIONS.items() if not row.refusal}


@pytest.mark.parametrize("key", [key for key, row in ACTIONS.items() if row.refusal])
def test_a_row_that_is_refused_says_why(key):
    with pytest.raises(NotPossible, match=r"\w+ \w+ \w+"):
        ready(key)


@pytest.mark.parametrize(("key", "step"), STEPS)
def test_the_agents_have_every_operation_with_these_parameters(key, step):
    operation = getattr(CLASSES[step.agent], step.operation)
    known = signature(operation).parameters
    assert {each.name for each in step.parameters} <= set(known)
    missing = {
        name for name, each in known.items() if each.default is each.empty and name not in ("self", "run")
    } - {each.name for each in step.parameters}
    assert step.way == "abort" or not missing
    assert all(each.late in LATE for each in step.parameters if each.late)


@pytest.fixture(scope="module")
def schemas(tmp_path_factory):
    """What the agents publish of their parameters."""
    found = {}
    for name, words in (("mount", []), ("camera", ["--data-dir", "images"]), ("dome", [])):
        directory = tmp_path_factory.mktemp(name)
        with AgentHarness(CLASSES[name], arguments=words, directory=directory) as harness:
            api = harness.ask("get_api")
        for operation, _, info in [*api["tasks"], *api["processes"]]:
            found[f"{name}.{operation}"] = info["params_schema"]
    return found


@pytest.mark.parametrize(("key", "params", "expected"), JOBS)
def test_the_agents_would_accept_what_a_row_makes(key, params, expected, schemas):
    if expected is NotPossible:
        return
    for step in ready(key, params).steps:
        schema = schemas[f"{step.step.agent}.{step.step.operation}"]
        if step.step.way == "run":
            assert parameter_faults(step.params, schema, frozenset(step.late)) == []


def test_what_an_agent_would_refuse_is_all_told(schemas):
    params = {
        "seconds": -1.0,
        "count": 0,
        "part": [0.1],
        "image_type": "portrait",
        "filter": 1.5,
        "sharp": True,
    }
    faults = parameter_faults(params, schemas["camera.expose"], frozenset())
    assert faults == [
        "seconds must be at least 0: -1.0",
        "count must be at least 1: 0",
        "part has the wrong number of values: [0.1]",
        "image_type must be one of light, bias, dark, flat: 'portrait'",
        "filter is no string: 1.5",
        "sharp is nothing that the operation knows",
    ]
    assert parameter_faults({}, schemas["camera.expose"], frozenset()) == ["seconds is missing"]
    assert parameter_faults({}, schemas["camera.expose"], frozenset({"seconds"})) == []


def test_the_point_of_an_image_is_where_its_header_says():
    header = {"NAXIS1": 1000, "NAXIS2": 800}
    projection = commanded_projection(
        83.0,
        -5.0,
        position_angle_degrees=30.0,
        scale_arcseconds=(1.0, 1.0),
        width=1000,
        height=800,
    )
    header |= {card.key: card.value for card in projection.cards()}
    assert sky_of_pixel(header, 0.5, 0.5) == pytest.approx((83.0, -5.0))
    ((ra, dec),) = projection.to_wcs().wcs_pix2world([[250.5, 600.5]], 1)
    assert sky_of_pixel(header, 0.25, 0.75) == pytest.approx((ra, dec))
    with pytest.raises(NoCoordinates, match="NAXIS1"):
        sky_of_pixel({}, 0.5, 0.5)


def test_a_site_adds_rows_and_replaces_them():
    given = {
        "camera/cool": {
            "agent": "camera",
            "operation": "set_cooler",
            "parameters": {
                "celsius": {"from": ["temperature", "celsius"], "kind": "number", "required": True},
                "on": {"value": True},
                "wait": "boolean",
            },
            "roles": ["owner"],
        },
        "mount/zero": {"refusal": "Our mount has a cable."},
        "dome/lights": {"steps": [{"agent": "relays", "operation": "switch"}]},
    }
    table = with_site_rows(ACTIONS, given)
    cool = ready("camera/cool", {"celsius": "-10", "wait": "on"}, table, ("owner",))
    assert cool.steps[0].params == {"celsius": -10.0, "on": True, "wait": True}
    assert ready("dome/lights", {}, table).agents == {"relays"}
    with pytest.raises(NotPossible, match="Our mount has a cable"):
        ready("mount/zero", {}, table)
    with pytest.raises(NotPossible, match="role owner; temperature is missing"):
        ready("camera/cool", {}, table, ("admin",))


def test_wrong_rows_of_a_site_are_named_all_at_once():
    given = {
        "nothing": {"operation": "x", "agent": "y"},
        "a/one": {"agent": "camera"},
        "a/two": {"agent": "camera", "operation": "x", "parameters": {"p": "complex", "q": {"form": 1}}},
        "a/three": {"steps": [{"operation": "x", "way": "hop"}], "roles": "admin"},
        "a/four": ["x"],
    }
    with pytest.raises(BadJobActions) as caught:
        with_site_rows(ACTIONS, given)
    text = str(caught.value)
    for part in (
        "nothing: a row is called DEVICE/ACTION",
        "a/one: give one of operation, steps and refusal",
        "a/two: parameter p: there is no kind 'complex'",
        "a/two: parameter q: there is no 'form'",
        "a/three: roles is a list of texts",
        "a/three: step 1: agent is needed",
        "a/three: step 1: way is one of run, begin, end, abort",
        "a/four: a row is a mapping",
    ):
        assert part in text
