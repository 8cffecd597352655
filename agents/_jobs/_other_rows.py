"""Jobs for the enclosure, for the site's software, and for all at once."""

from __future__ import annotations

from ._making import ADMINS, refused, row, run, wanted
from ._mount_rows import CAMERA_ABORTS
from ._rows import Form, Key, Row, Step

_OPTIONS = "this is an option of the agents here: say it in the site file"
_INTERLOCKS = "the agents' interlocks are options in the site file, and no job switches them off"
_MODES = "the enclosure has no modes here: enclosure/open and enclosure/close are all there is"
_WEATHER = "what weather is safe is the safety monitor's business here"
_NO_HOLD = "weather is not simulated by jobs here: the agent of the world has operations for that"
_PLANS = "this site plans no openings: send enclosure/open when it is time"
_OPEN, _CLOSE = run("dome", "open"), run("dome", "close")
_FOLLOW = Step(agent="dome", operation="slave", way="begin")
_FOLLOW_NOT = Step(agent="dome", operation="slave", way="end")

ENCLOSURE: dict[Key, Row] = {
    "enclosure/open": row(_OPEN, roles=ADMINS),
    "enclosure/close": row(_CLOSE, roles=ADMINS, guarded=True),
    "enclosure/park": row(run("dome", "park"), roles=ADMINS, guarded=True),
    "enclosure/stop": row(run("dome", "stop", always=True), roles=ADMINS, stops=("enclosure",)),
    "enclosure/force_roof_state": Row(
        forms=(
            Form(needs=("force_roof_state=open",), steps=(_OPEN,)),
            Form(needs=("force_roof_state=closed",), steps=(_CLOSE,)),
        ),
        roles=ADMINS,
        remark="there is no auto: nothing opens the dome by itself",
    ),
    "enclosure/home_dome": row(run("dome", "home"), roles=ADMINS),
    "enclosure/track_telescope": row(_FOLLOW, roles=ADMINS),
    "enclosure/stop_tracking_telescope": row(_FOLLOW_NOT, roles=ADMINS),
    "enclosure/set_azimuth": row(run("dome", "set_azimuth", wanted("azimuth", "azimuth")), roles=ADMINS),
    "enclosure/set_enclosure_mode": refused(_MODES, ADMINS),
    "enclosure/set_observing_mode": refused(_MODES, ADMINS),
    "enclosure/configure_active_weather_report": refused(_WEATHER, ADMINS),
    "enclosure/set_weather_values": refused(_WEATHER, ADMINS),
    "enclosure/simulate_weather_hold": refused(_NO_HOLD, ADMINS),
    "enclosure/open_no_earlier_than_owm_plan": refused(_PLANS, ADMINS),
    "enclosure/keep_roof_open_all_night": refused(_MODES, ADMINS),
    "enclosure/keep_roof_closed_all_night": refused(_MODES, ADMINS),
}

OBSERVATORY: dict[Key, Row] = {
    "obs/configure_telescope_mode": refused("this site has no automatic mode: it does what jobs say", ADMINS),
    "obs/configure_sun_safety": refused(_INTERLOCKS, ADMINS),
    "obs/configure_moon_safety": refused(_INTERLOCKS, ADMINS),
    "obs/configure_altitude_safety": refused(_INTERLOCKS, ADMINS),
    "obs/configure_daytime_exposure_safety": refused(_INTERLOCKS, ADMINS),
    "obs/configure_who_can_send_commands": refused(
        "who may send jobs follows from their roles and the calendar of reservations", ADMINS
    ),
    "obs/start_simulating_open_roof": refused(_NO_HOLD, ADMINS),
    "obs/stop_simulating_open_roof": refused(_NO_HOLD, ADMINS),
    "obs/configure_pointing_reference_on": refused(_OPTIONS, ADMINS),
    "obs/configure_pointing_reference_off": refused(_OPTIONS, ADMINS),
    "obs/obs_configure_auto_center_on": refused(_OPTIONS, ADMINS),
    "obs/obs_configure_auto_center_off": refused(_OPTIONS, ADMINS),
}

EVERYTHING: dict[Key, Row] = {
    "*/cancel_all_commands": row(
        *CAMERA_ABORTS,
        run("mount", "stop", optional=True, always=True),
        stops=("*",),
        remark="a dome that closes or parks goes on",
    ),
    "*/allstop": row(
        *CAMERA_ABORTS,
        run("mount", "stop", optional=True, always=True),
        run("dome", "stop", optional=True, always=True),
        stops=("*", "guarded"),
        remark="everything stops, a dome that closes too",
    ),
    "*/cancel": row(stops=("device",), remark="ends the jobs of its own device type, and no more"),
    "all/stop": row(
        *CAMERA_ABORTS,
        run("mount", "stop", optional=True, always=True),
        run("dome", "stop", optional=True, always=True),
        stops=("*", "guarded"),
        remark="as allstop",
    ),
    "*/observatory_restart": refused(
        "a job cannot restart what carries it out: `obsbow restart` does", ADMINS
    ),
}
