"""Jobs for the sequencer: scripts, as far as they are sequences of operations."""

from __future__ import annotations

from ._camera_rows import AFTER
from ._making import ADMINS, fixed, maybe, refused, row, run, wanted
from ._mount_rows import CAMERA_ABORTS
from ._rows import Key, Parameter, Row, Step

_SWEEPS = "this site has no script that points all over the sky: send mount/go and camera/expose instead"
_SOLVING = "nothing at this site finds out from an image where it points"
_OFFSETS = "the filters' focus offsets are those of the wheel's own settings"
_TWILIGHT = "nothing at this site measures the twilight: use collectScreenFlats"
_POINTING = "the pointing is corrected by the operation `sync` of the mount's agent"
_CALIBRATIONS = "calibration frames are combined by `obsbow calibrate`, not by a job"
_SCRIPTS = "this site runs no script {script}"


def _exposures(image_type: str, *parameters: Parameter) -> Step:
    return run("camera", "expose", *parameters, fixed("image_type", image_type))


def _focus(points: int) -> Row:
    sweep = run(
        "camera",
        "autofocus",
        maybe("points", "integer", "num_focus_pts", "points", default=points),
        maybe("filter", "filter"),
        maybe("binning", "binning", "bin", "binning"),
    )
    return row(sweep, roles=ADMINS, after=AFTER, unused=("target", "area"))


_BIASES = _exposures("bias", fixed("seconds", 0.0), wanted("count", "integer", "numOfBias"))
_DARKS = _exposures("dark", wanted("seconds", "seconds", "darkTime"), wanted("count", "integer", "numOfDark"))
_FLATS = _exposures(
    "flat",
    maybe("seconds", "seconds", "flatTime", "time", default=1.0),
    wanted("count", "integer", "numFrames"),
    maybe("filter", "filter"),
)

SEQUENCER: dict[Key, Row] = {
    "sequencer/run/focusAuto": _focus(9),
    "sequencer/run/focusExtensive": _focus(15),
    "sequencer/run/focusFine": _focus(9),
    "sequencer/run/estimateFocusOffset": refused(_OFFSETS, ADMINS),
    "sequencer/run/equatorialSweep": refused(_SWEEPS, ADMINS),
    "sequencer/run/pointingRun": refused(_SWEEPS, ADMINS),
    "sequencer/run/collectBiasesAndDarks": row(_BIASES, _DARKS, roles=ADMINS, unused=("coldMap", "hotMap")),
    "sequencer/run/restackLocalCalibrations": refused(_CALIBRATIONS, ADMINS),
    "sequencer/run/collectScreenFlats": row(
        run("camera", "close_cover"),
        run("camera", "calibrator_on"),
        _FLATS,
        run("camera", "calibrator_off", always=True),
        run("camera", "open_cover", always=True),
        roles=ADMINS,
        unused=("gainCalc", "shutterCompensation"),
        remark="flats of 1 s unless flatTime says otherwise, with the lamp in the closed cover",
    ),
    "sequencer/run/collectSkyFlats": refused(_TWILIGHT, ADMINS),
    "sequencer/run/findFieldCenter": refused(_SOLVING, ADMINS),
    "sequencer/run/calibrateAtFieldCenter": refused(_SOLVING, ADMINS),
    "sequencer/run/stopScript": row(*CAMERA_ABORTS, stops=("sequencer",)),
    "sequencer/autofocus": _focus(9),
    "sequencer/fixpointingscript": refused(_POINTING, ADMINS),
    "sequencer/home": refused(
        "a sequencer has no home: use mount/home, enclosure/home_dome or rotator/home", ADMINS
    ),
    "sequencer/stop": row(*CAMERA_ABORTS, stops=("sequencer",)),
    "sequencer/cancel": row(*CAMERA_ABORTS, stops=("sequencer",)),
}
