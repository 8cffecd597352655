"""Options: words of a command line, checked all at once."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Literal

import pytest
from pydantic import ValidationError

from ocs_sim.agent import BadOptions, Options, option, parse_options
from ocs_sim.agent._common import CommonOptions, split_common

SITE = Path("/site/site_config")


class Level(enum.Enum):
    LOW = "low"


class Camera(Options):
    num_channels: int = option(2, help="how many", ge=1, le=16)
    rate: float = 9.5
    mode: Literal["idle", "acq"] = "idle"
    level: Level | None = None
    name: str = "cam"
    quiet: bool = False
    bright: bool = True
    port: Path = Path("/dev/cam")
    files: list[Path] = []
    gains: list[float] = [1.0]


class Needy(Options):
    address: str = option(help="where")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", {}),
        ("--num-channels 4 --rate 2", {"num_channels": 4, "rate": 2.0}),
        ("--rate=-5", {"rate": -5.0}),
        ("--rate -5", {"rate": -5.0}),
        ("--mode acq --level low", {"mode": "acq", "level": Level.LOW}),
        ("--quiet", {"quiet": True}),
        ("--quiet true --bright false", {"quiet": True, "bright": False}),
        ("--no-bright", {"bright": False}),
        ("--port dev/cam", {"port": SITE / "dev/cam"}),
        ("--port /dev/x", {"port": Path("/dev/x")}),
        ("--port ../cam", {"port": Path("/site/cam")}),
        ("--files a b", {"files": [SITE / "a", SITE / "b"]}),
        ("--gains 1 2.5 -3", {"gains": [1.0, 2.5, -3.0]}),
        ("--rate 1 --rate 2", {"rate": 2.0}),
    ],
)
def test_words_become_options(words, expected):
    assert parse_options(Camera, words.split(), SITE) == Camera(**expected)


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ("--num-channels two", ["--num-channels two: input should be a valid integer"]),
        ("--num-channels 0", ["--num-channels 0: input should be greater than or equal to 1"]),
        ("--mode fast", ["--mode fast: input should be 'idle' or 'acq'"]),
        (
            "--num-chanels 3",
            ["--num-chanels is not an option, did you mean --num-channels?", "3 is not an option"],
        ),
        ("stray", ["stray is not an option"]),
        ("--rate", ["argument --rate: expected one argument"]),
        ("--quiet maybe", ["--quiet maybe: input should be a valid boolean"]),
        ("--num 3", ["--num is not an option"]),
        ("--rate x --mode y", ["--rate x: input should be a valid number", "--mode y: input should be"]),
    ],
)
def test_every_fault_is_named(words, faults):
    with pytest.raises(BadOptions) as refused:
        parse_options(Camera, words.split(), SITE, "cam1")
    assert str(refused.value).startswith("The arguments of cam1 do not fit: ")
    assert all(fault in str(refused.value) for fault in faults)


def test_what_is_required_is_said():
    with pytest.raises(BadOptions, match="--address is required"):
        parse_options(Needy, [], SITE)


def test_a_site_check_gets_sentences_and_knows_the_common_options():
    assert Camera.check(["--rate", "3", "--log-dir", "logs", "--access-policy", "none"]) == []
    assert Camera.check(["--rate", "x"]) == [
        "--rate x: input should be a valid number, unable to parse string as a number"
    ]


def test_options_do_not_change():
    with pytest.raises(ValidationError):
        Camera().rate = 3.0


def test_common_options_are_parted_from_the_agents_own():
    words = "--instance-id a --num-channels 4 --instance-id b --log-dir logs --quiet --site-hub ws://x/ws"
    common, rest = split_common(words.split(), Path("/here"))
    assert common == CommonOptions(instance_id=("a", "b"), log_dir=Path("/here/logs"), site_hub="ws://x/ws")
    assert rest == ["--num-channels", "4", "--quiet"]


def test_what_is_given_goes_over_what_is_written():
    written = CommonOptions(site_hub="ws://a", address_root="root")
    assert CommonOptions(site_hub="ws://b").over(written) == CommonOptions(
        site_hub="ws://b", address_root="root"
    )


def test_an_agent_keeps_64_megabytes_in_memory_and_none_in_files_unless_told_otherwise():
    common, _ = split_common([], Path("/here"))
    assert (common.history_bytes, common.spill_bytes) == (64 * 2**20, 0)
    common, rest = split_common(["--history-mb", "0.5", "--spill-mb=200", "--rate", "3"], Path("/here"))
    assert (common.history_bytes, common.spill_bytes) == (2**19, 200 * 2**20)
    assert rest == ["--rate", "3"]


def test_files_that_are_written_for_in_the_site_file_can_be_told_not_to_be():
    written = CommonOptions(spill_mb=100.0, history_mb=3.0)
    common, _ = split_common(["--spill-mb", "0"], Path("/here"))
    assert (common.over(written).spill_bytes, common.over(written).history_bytes) == (0, 3 * 2**20)


@pytest.mark.parametrize("word", ["0", "-1", "much", "nan", "inf", "1e12"])
def test_memory_is_a_number_of_megabytes(word):
    fault = f"--history-mb {word}: must be a number of megabytes, more than 0"
    assert Camera.check([f"--history-mb={word}"]) == [fault]


@pytest.mark.parametrize("word", ["0.5", "-1", "all", "nan", "inf"])
def test_room_for_files_is_a_number_of_megabytes(word):
    fault = f"--spill-mb {word}: must be a number of megabytes, at least 1, or 0 for none"
    assert Camera.check([f"--spill-mb={word}", "--rate", "x"])[0] == fault
    assert len(Camera.check([f"--spill-mb={word}", "--history-mb=0", "--rate", "x"])) == 3
    with pytest.raises(BadOptions, match="must be a number of megabytes"):
        split_common([f"--spill-mb={word}"], Path("/here"))
