"""Jobs for the camera and what is around it: filters, focuser, rotator, lamp and cover."""

from __future__ import annotations

from ._making import abort, fixed, maybe, refused, row, run, wanted
from ._mount_rows import CAMERA_ABORTS
from ._rows import Key, Row

# An image of the sky is of what was asked for before it.
AFTER = ("mount", "dome")
_NO_REFERENCE = "this site keeps no reference position of the focuser: use focuser/move_absolute"
_NO_HOME = "this focuser has no home: use focuser/move_absolute"
_NO_COMPENSATION = "this site does not compensate the focus for temperature: use sequencer/autofocus"
_STEPS = run("camera", "set_focus", wanted("by", "integer", "position"), fixed("unit", "um"))
_POSITION = run("camera", "set_focus", wanted("position", "integer"), fixed("unit", "um"))
_LAMP_ON = run("camera", "calibrator_on", maybe("brightness", "integer"))
_LAMP_OFF = run("camera", "calibrator_off")
_OPEN, _CLOSE = run("camera", "open_cover"), run("camera", "close_cover")

CAMERA: dict[Key, Row] = {
    "camera/expose": row(
        run(
            "camera",
            "expose",
            wanted("seconds", "seconds", "time", "duration", "exposure_time"),
            maybe("count", "integer", "count", "repeat"),
            maybe("filter", "filter", "filter", "filter_name"),
            maybe("binning", "binning", "bin", "binning"),
            maybe("part", "part", "subframe", "area", "zoom"),
            maybe("image_type", "image_type", default="light"),
            maybe("object", "text", "object_name", "object"),
            maybe("observer", "text", "username", "user_name"),
        ),
        after=AFTER,
        unused=("smartstack", "substack", "dither", "extract"),
        remark="a bias is exposed for 0 s whatever time says",
    ),
    "camera/stop": row(*CAMERA_ABORTS, stops=("camera",)),
    "camera/darkslide_open": row(_OPEN, remark="the cover of the telescope"),
    "camera/darkslide_close": row(_CLOSE, remark="the cover of the telescope"),
    "filter_wheel/set_name": row(
        run("camera", "set_filter", wanted("filter", "filter", "filter_name", "filter"))
    ),
    "filter_wheel/set_position": row(
        run(
            "camera",
            "set_filter",
            wanted("filter", "integer", "position", "filter_position", "wheel_position", "filter_number"),
        )
    ),
    "filter_wheel/home": row(run("camera", "set_filter", fixed("filter", 0)), remark="slot 0"),
    "filter_wheel/stop": row(abort("camera", "set_filter"), stops=("filter_wheel",)),
    "focuser/move_relative": row(_STEPS, remark="micrometres, as the focuser counts them"),
    "focuser/move_absolute": row(_POSITION, remark="micrometres, as the focuser counts them"),
    "focuser/stop": row(abort("camera", "set_focus"), stops=("focuser",)),
    "focuser/go_to_reference": refused(_NO_REFERENCE),
    "focuser/save_as_reference": refused(_NO_REFERENCE),
    "focuser/home": refused(_NO_HOME),
    "focuser/fine_focus": row(run("camera", "autofocus"), after=AFTER),
    "focuser/v_curve": row(run("camera", "autofocus"), after=AFTER),
    "focuser/go_to_compensated": refused(_NO_COMPENSATION),
    "rotator/move_relative": row(
        run("camera", "set_rotator", wanted("degrees", "degrees", "position", late="turned_by"))
    ),
    "rotator/move_absolute": row(run("camera", "set_rotator", wanted("degrees", "degrees", "position"))),
    "rotator/home": row(run("camera", "set_rotator", fixed("degrees", 0.0)), remark="position angle 0"),
    "rotator/stop": row(abort("camera", "set_rotator"), stops=("rotator",)),
    "screen/turn_on": row(_LAMP_ON),
    "screen/turn_off": row(_LAMP_OFF),
    "screen/close_and_turn_on": row(_CLOSE, _LAMP_ON),
    "screen/turn_off_and_close": row(_LAMP_OFF, _CLOSE),
    "screen/open_and_turn_off": row(_LAMP_OFF, _OPEN),
    "screen/stop": row(
        abort("camera", "calibrator_on"),
        abort("camera", "open_cover"),
        abort("camera", "close_cover"),
        stops=("screen",),
    ),
    "selector/new_selection": refused(
        "this site has one instrument at its telescope: nothing to select from"
    ),
}
