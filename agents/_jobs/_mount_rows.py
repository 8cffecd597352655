"""Jobs for the mount."""

from __future__ import annotations

from ._making import ADMINS, abort, fixed, maybe, refused, row, run, wanted
from ._rows import Form, Key, Parameter, Row

# A slew would spoil an exposure that was asked for before it.
_AFTER = ("camera",)
_UNPARK = run("mount", "unpark", only_if="parked")
_ON, _OFF = Parameter(name="on", value=True), Parameter(name="on", value=False)
_TO_HOUR_ANGLE = run(
    "mount",
    "goto",
    wanted("ra", "hour_angle", "ha", late="from_hour_angle"),
    wanted("dec", "declination"),
    fixed("frame", "apparent"),
)
_TO_MERIDIAN = run(
    "mount",
    "goto",
    Parameter(name="ra", value=0.0, late="from_hour_angle"),
    fixed("dec", 0.0),
    fixed("frame", "apparent"),
)
_TO_PIXELS = run(
    "mount",
    "goto",
    wanted("ra", "number", "image_x", late="pixel_ra"),
    wanted("dec", "number", "image_y", late="pixel_dec"),
)
_TO_DARKEST = run(
    "mount",
    "goto_altaz",
    fixed("alt", 75.0),
    Parameter(name="az", value=0.0, late="flat_azimuth"),
)
_GO = (
    Form(
        needs=("ra", "dec"),
        steps=(
            _UNPARK,
            run(
                "mount",
                "goto",
                wanted("ra", "hours"),
                wanted("dec", "declination"),
                maybe("frame", "frame", "frame", "rdsys", default="icrs"),
            ),
        ),
    ),
    Form(
        needs=("az", "alt"),
        steps=(_UNPARK, run("mount", "goto_altaz", wanted("alt", "altitude"), wanted("az", "azimuth"))),
    ),
    Form(needs=("ha", "dec"), steps=(_UNPARK, _TO_HOUR_ANGLE)),
)
_NOT_USED = ("do_centering_routine",)
_NO_CATALOGUE = "this site looks for no star near a place: give mount/go its right ascension and declination"

MOUNT: dict[Key, Row] = {
    "mount/go": Row(
        forms=_GO,
        after=_AFTER,
        unused=_NOT_USED,
        remark="unparks first; in frame galactic ra is in hours too",
    ),
    "mount/stop": row(run("mount", "stop", always=True), stops=("mount",)),
    "mount/center_on_pixels": row(
        _UNPARK,
        _TO_PIXELS,
        after=_AFTER,
        remark="reads the coordinates of the image base_filename from its own header",
    ),
    "mount/park": row(run("mount", "park"), roles=ADMINS, after=_AFTER),
    "mount/unpark": row(run("mount", "unpark"), roles=ADMINS),
    "mount/home": row(_UNPARK, run("mount", "home"), roles=ADMINS, after=_AFTER),
    "mount/sky_flat_position": row(
        _UNPARK, _TO_DARKEST, roles=ADMINS, after=_AFTER, remark="altitude 75 degrees, opposite to the Sun"
    ),
    "mount/tracking": row(
        run("mount", "track", wanted("on", "boolean", "tracking", "on", "mode", "state", "value")),
        roles=ADMINS,
        after=_AFTER,
    ),
    "mount/pivot": row(
        _UNPARK, _TO_MERIDIAN, roles=ADMINS, after=_AFTER, remark="hour angle 0, declination 0"
    ),
    "mount/zero": row(
        _UNPARK, _TO_MERIDIAN, roles=ADMINS, after=_AFTER, remark="hour angle 0, declination 0"
    ),
    "mount/set_tracking_on": row(run("mount", "track", _ON), roles=ADMINS, after=_AFTER),
    "mount/set_tracking_off": row(run("mount", "track", _OFF), roles=ADMINS, after=_AFTER),
    "mount/slew_to_near_tycho": refused(_NO_CATALOGUE),
    "mount/screen_flat_position": refused(
        "the flat-field lamp is in front of the telescope wherever that points: use screen/close_and_turn_on"
    ),
}

# What ends when somebody says stop, beside the jobs: operations that were started by hand.
CAMERA_ABORTS = (abort("camera", "expose"), abort("camera", "autofocus"))
