"""The words of a command become fields, or every fault at once."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.remote import COMMANDS, BadCommand, UnknownCommand, read_command


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("goto ra=5.59 dec=-5.39", {"ra": 5.59, "dec": -5.39}),
        ("goto RA=5.59 DEC=+5.39", {"ra": 5.59, "dec": 5.39}),
        ("goto ra=06:00:00 dec=-05:30:00", {"ra": 6.0, "dec": -5.5}),
        ("goto ra=0 dec=90 rdsys=j2000", {"ra": 0.0, "dec": 90.0, "rdsys": "J2000"}),
        ("goto_azalt az=180 alt=60", {"az": 180.0, "alt": 60.0}),
        ("tracking on", {"tracking": "on"}),
        ("tracking OFF", {"tracking": "off"}),
        ("park", {}),
        ("unpark", {}),
        ("allstop", {}),
        ("open_dome", {}),
        ("expose 2.5", {"duration": 2.5}),
        ("expose duration=0 filter=1 repeat=3", {"duration": 0.0, "filter": 1, "repeat": 3}),
        ("expose duration=1 filter=Ha", {"duration": 1.0, "filter": "Ha"}),
        ("GOTO ra=1 dec=2", {"ra": 1.0, "dec": 2.0}),
    ],
)
def test_words_become_fields(words, fields):
    name, *texts = words.split()
    wish = read_command(name, texts)
    assert wish.command == name.lower()
    assert wish.fields == (pytest.approx(fields) if "ra" in fields and len(fields) == 2 else fields)


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ("goto", ["goto needs ra=.", "goto needs dec=."]),
        (
            "goto ra=24 dec=91",
            [
                "ra must be 0 to less than 24 hours, as 5.59 or 05:35:17, not 24.",
                "dec must be -90 to 90 degrees, as -5.39 or -05:23:28, not 91.",
            ],
        ),
        ("goto ra=1 dec=2 rdsys=B1950", ["rdsys must be one of icrs, J2000, apparent, galactic, not B1950."]),
        ("goto ra=1 ra=2 dec=3 speed=9", ["goto has ra twice.", "goto takes no speed=."]),
        ("goto 1 2", ["goto does not understand '1': write name=value."]),
        ("goto_azalt az=361 alt=nan", ["az must be a number of degrees from 0 to 360, not 361."]),
        ("tracking maybe", ["tracking must be one of on, off, not maybe."]),
        ("park now", ["park does not understand 'now': write name=value."]),
        ("expose", ["expose needs duration=."]),
        ("expose 10 20", ["expose has duration twice."]),
        ("expose 1 repeat=0", ["repeat must be a whole number from 1 to 1000, not 0."]),
        ("expose duration=inf", ["duration must be a number of seconds from 0 to 86400, not inf."]),
    ],
)
def test_every_fault_is_said_at_once_with_a_sample(words, faults):
    name, *texts = words.split()
    with pytest.raises(BadCommand) as caught:
        read_command(name, texts)
    said = str(caught.value).splitlines()
    for fault in faults:
        assert fault in said
    assert said[-1] == f"Like this: {COMMANDS[name].sample}"


@pytest.mark.parametrize("text", ["pi", "nan", "1.0,"])
def test_what_is_no_angle_says_how_to_write_one(text):
    with pytest.raises(BadCommand) as caught:
        read_command("goto", [f"ra={text}", f"dec={text}"])
    ra, dec, _ = str(caught.value).splitlines()
    assert ra.startswith(
        "ra cannot be understood: it must be 0 to less than 24 hours, as 5.59 or 05:35:17, not"
    )
    assert dec.startswith(
        "dec cannot be understood: it must be -90 to 90 degrees, as -5.39 or -05:23:28, not"
    )


def test_an_unknown_command_names_the_nearest():
    with pytest.raises(UnknownCommand, match=r"There is no command 'gotto'\. Did you mean goto\?"):
        read_command("gotto", [])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_samples_of_the_help_are_understood(name):
    for sample in COMMANDS[name].sample.split(", or "):
        first, *texts = sample.split()
        assert read_command(first, texts).command == name


@given(st.sampled_from(list(COMMANDS)), st.lists(st.text(max_size=20), max_size=4))
def test_no_words_do_more_than_be_refused(name, texts):
    try:
        wish = read_command(name, texts)
    except BadCommand:
        return
    assert all(math.isfinite(each) for each in wish.fields.values() if isinstance(each, float))


@given(st.floats(0, 23.999), st.floats(-90, 90))
def test_any_place_in_the_sky_is_taken_as_written(ra, dec):
    assert read_command("goto", [f"ra={ra}", f"dec={dec}"]).fields == {"ra": ra, "dec": dec}
