"""`obsbow hk`: what it prints, and what it exits with."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ocs_sim.archive import ArchiveWriter, FieldDescription, seal
from ocs_sim.launch._cli import obsbow
from tests.archive.making import START, HandClock, counted, record, write

A = "data1.thermometers.temps.a"


@pytest.fixture
def directory(tmp_path):
    """Ten seconds of two fields, sealed, and a text that is still in the journal."""
    folder = tmp_path / "hk"
    clock = HandClock()
    writer = ArchiveWriter(folder, clock=clock, seal=seal)
    writer.describe(
        "observatory.data1.feeds.thermometers", "boot-1", {"temps": {"a": FieldDescription("K", "plate")}}
    )
    for number in range(10):
        writer.append(counted(number))
    writer.rotate()
    writer.append(record({"state": ["open", "shut"]}, [START + 3, START + 4], feed="dome", block="door"))
    writer.sync()
    yield folder
    writer.close()


def run(*arguments):
    done = CliRunner().invoke(obsbow, ["hk", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done


def hk(directory, *arguments):
    return run(*arguments, "--data-dir", directory)


def test_ls_shows_each_field_with_unit_type_and_span(directory):
    lines = hk(directory, "ls").stdout.splitlines()
    assert re.split(r"\s{2,}", lines[0]) == ["field", "unit", "type", "samples", "first", "last", "age"]
    assert re.split(r"\s{2,}", lines[2])[:6] == [
        A,
        "K",
        "float",
        "100",
        "2025-11-20 12:00:00Z",
        "2025-11-20 12:00:09Z",
    ]
    assert len(lines) == 4


def test_ls_for_programs(directory):
    (field,) = json.loads(hk(directory, "ls", "a", "--json").stdout)
    assert (field["name"], field["unit"], field["description"], field["samples"]) == (A, "K", "plate", 100)


def test_get_shows_the_last_samples(directory):
    lines = hk(directory, "get", "a", "--rows", 2).stdout.splitlines()
    assert lines == [
        "The last 2 times; --rows, --csv and `obsbow hk export` give more.",
        "time                      data1.thermometers.temps.a (K)",
        "2025-11-20 12:00:09.800Z                              98",
        "2025-11-20 12:00:09.900Z                              99",
    ]


def test_get_joins_fields_of_several_blocks_by_time(directory):
    lines = hk(
        directory, "get", "a", "state", "--start", START + 3.85, "--end", START + 4.05
    ).stdout.splitlines()
    assert [line.split()[2:] for line in lines[1:]] == [["39"], ["shut", "40"]]


def test_get_as_csv_and_json(directory):
    span = ("--start", "2025-11-20T12:00:05", "--end", "2025-11-20T12:00:05.150Z")
    assert hk(directory, "get", "a", "--csv", *span).stdout == (
        f"time,unix_time,{A}\n"
        "2025-11-20T12:00:05.000000Z,1763640005.0,50.0\n"
        "2025-11-20T12:00:05.100000Z,1763640005.1,51.0\n"
    )
    found = json.loads(hk(directory, "get", "a", "--json", *span).stdout)
    assert found == {A: {"unit": "K", "times": [START + 5, START + 5.1], "values": [50.0, 51.0]}}


def test_plot_draws_the_field_with_its_range_and_times(directory):
    lines = hk(directory, "plot", "a", "--height", 4).stdout.splitlines()
    assert lines[0] == f"{A} (K)"
    assert lines[1].split()[0] == "99"
    assert lines[4].split()[0] == "0"
    assert lines[-1].split() == ["2025-11-20", "12:00:00Z", "2025-11-20", "12:00:09Z"]
    # A straight line from the lower left to the upper right.
    drawn = [line.partition("┤")[2] for line in lines[1:5]]
    assert [len(line) - len(line.lstrip("\u2800")) for line in drawn] == sorted(
        (len(line) - len(line.lstrip("\u2800")) for line in drawn), reverse=True
    )


def test_plot_to_a_picture(directory, tmp_path):
    path = tmp_path / "plot.png"
    done = hk(directory, "plot", "a", "b", "--png", path)
    assert (done.exit_code, done.stdout) == (0, f"Wrote {path}.\n")
    assert path.read_bytes().startswith(b"\x89PNG")


def blue_columns(path):
    """Return in which part of a picture's columns something is drawn in the first field's colour."""
    from matplotlib.image import imread

    picture = imread(path)[..., :3] * 255
    is_blue = abs(picture - (31, 119, 180)).sum(axis=2) < 60
    return is_blue.any(axis=0).mean()


def test_a_picture_joins_samples_that_are_sparser_than_its_columns(directory, tmp_path):
    path = tmp_path / "plot.png"
    hk(directory, "plot", "a", "--png", path)
    assert blue_columns(path) > 0.5


def test_a_picture_shows_gaps_and_lonely_samples(tmp_path):
    seconds = (*range(5), 50, *range(95, 100))
    write(tmp_path / "hk", *(record({"a": [float(second)]}, [START + second]) for second in seconds))
    path = tmp_path / "plot.png"
    hk(tmp_path / "hk", "plot", "a", "--png", path)
    assert 0.08 < blue_columns(path) < 0.3


def test_a_picture_without_matplotlib_says_what_to_install(directory, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    done = hk(directory, "plot", "a", "--png", tmp_path / "plot.png")
    assert done.exit_code == 1
    assert "pip install 'ocs-sim[plot]'" in done.stderr


def test_texts_cannot_be_plotted(directory):
    done = hk(directory, "plot", "state")
    assert done.exit_code == 1
    assert "data1.dome.door.state holds text values" in done.stderr


def test_export(directory, tmp_path):
    path = tmp_path / "out.parquet"
    assert hk(directory, "export", path, "a").stdout == f"Wrote 100 rows of 1 fields to {path}.\n"
    import pandas as pd

    assert pd.read_parquet(path)[A].tolist() == [float(number) for number in range(100)]
    done = hk(directory, "export", tmp_path / "out.txt", "a")
    assert (done.exit_code, done.stderr) == (
        1,
        f"obsbow: Cannot tell what to write to {tmp_path}/out.txt: name it *.csv or *.parquet.\n",
    )


def test_check_exits_with_one_when_blocks_are_missing(tmp_path):
    writer = ArchiveWriter(tmp_path, clock=HandClock(), seal=seal)
    for number in (0, 1, 4):
        writer.append(counted(number))
    writer.close()
    done = hk(tmp_path, "check")
    assert done.exit_code == 1
    assert "2 blocks are missing: 2 to 3 of boot boot-1" in done.stdout
    assert done.stdout.splitlines()[-1] == f"{tmp_path}: 1 problem, 0 notes."
    (found,) = json.loads(hk(tmp_path, "check", "--json").stdout)
    assert (found["kind"], found["is_loss"]) == ("sequence-gap", True)


def test_check_says_when_all_is_well_and_notes_silence(tmp_path):
    writer = ArchiveWriter(tmp_path, clock=HandClock(), seal=seal)
    writer.append(counted(0))
    writer.append(record({"a": [1.0] * 3, "b": [1.0] * 3}, [START + 60 + at for at in range(3)], sequence=1))
    writer.close()
    done = hk(tmp_path, "check")
    assert done.exit_code == 0
    assert "note" in done.stdout
    assert hk(tmp_path, "check", "--strict").exit_code == 1
    calm = hk(tmp_path, "check", "--gap", "2m")
    assert (calm.exit_code, calm.stdout) == (0, f"{tmp_path}: all well.\n")


def test_an_unreadable_file_is_named_on_stderr_and_the_rest_shown(directory):
    (directory / "17636" / "1763640900.h5").write_bytes(b"not HDF5")
    done = hk(directory, "ls", "a")
    assert A in done.stdout
    assert "1763640900.h5 cannot be read as a housekeeping file" in done.stderr
    assert hk(directory, "check").exit_code == 1


@pytest.mark.parametrize("arguments", [("get", "a"), ("plot", "a"), ("export", "x.csv"), ("check",)])
def test_an_empty_archive_says_how_to_fill_it(tmp_path, arguments):
    done = hk(tmp_path, *arguments)
    assert done.exit_code == 1
    assert f"{tmp_path} holds no housekeeping data yet. `obsbow up` starts the recorder" in done.stderr
    listed = hk(tmp_path, "ls")
    assert listed.exit_code == 0
    assert "`obsbow up` starts the recorder" in listed.stdout
    assert json.loads(hk(tmp_path, "ls", "--json").stdout) == []


@pytest.mark.parametrize("verb", ["ls", "get", "plot"])
def test_a_wrong_pattern_suggests_near_names(directory, verb):
    done = hk(directory, verb, "stat")
    assert done.exit_code == 1
    assert "Did you mean data1.dome.door.state" in done.stderr


def test_a_span_without_samples_says_where_they_are(directory):
    done = hk(directory, "get", "a", "--start", "2026-01-01")
    assert done.exit_code == 1
    assert "No samples of a between 2026-01-01 00:00:00Z and ..." in done.stderr
    assert "goes from 2025-11-20 12:00:00Z to 2025-11-20 12:00:09Z" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("--start", "tomorrow"), "'tomorrow' is no moment"),
        (("--last", "2x"), "'2x' is no length of time"),
        (("--last", "2h", "--start", "2025-11-20"), "--last or --start, not both"),
        (("--start", "2025-11-21", "--end", "2025-11-20"), "--start is not before --end"),
    ],
)
def test_a_span_that_makes_no_sense_is_refused(directory, arguments, fault):
    done = hk(directory, "get", "a", *arguments)
    assert done.exit_code == 2
    assert fault in done.stderr


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1d12h", 129600), ("1.5h", 5400)],
)
def test_lengths_of_time(text, seconds):
    from ocs_sim.launch.commands._hk_options import duration

    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "unix"),
    [
        ("1763640000", START),
        ("1763640000.5", START + 0.5),
        ("2025-11-20T12:00:00", START),
        ("2025-11-20T12:00Z", START),
        ("2025-11-20T13:00:00+01:00", START),
        ("2025-11-20", START - 43200),
        ("20251120", START - 43200),
    ],
)
def test_moments(text, unix):
    from ocs_sim.launch.commands._hk_options import moment

    assert moment(text) == unix


SITE = """
hub: {{wamp_server: "ws://127.0.0.1:8001/ws", wamp_realm: observatory_realm, address_root: observatory}}
hosts:
  localhost:
    agent-instances:
      - {{instance-id: aggregator, agent-class: AggregatorAgent, arguments: {arguments}}}
"""


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ('["--data-dir", "../elsewhere"]', "elsewhere"),
        ("{data-dir: ../elsewhere}", "elsewhere"),
        ('["--initial-state", "record"]', "data/hk"),
    ],
)
def test_the_archive_is_the_one_of_the_sites_aggregator(tmp_path, arguments, folder):
    config = tmp_path / "site_config"
    config.mkdir()
    site = config / "default.yaml"
    site.write_text(SITE.format(arguments=arguments))
    writer = ArchiveWriter(tmp_path / folder, clock=HandClock(), seal=seal)
    writer.append(counted(0))
    writer.close()
    done = run("ls", "a", "--site-file", site, "--site-host", "localhost")
    assert A in done.stdout


def test_without_a_site_file_the_archive_is_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OCS_CONFIG_DIR", raising=False)
    done = run("ls")
    assert f"{Path('data/hk').resolve()} holds no housekeeping data yet" in done.stdout


def test_a_pipe_that_closes_early_is_no_traceback(directory):
    command = [sys.executable, "-c", "from ocs_sim.launch import main; main()", "hk", "get", "a", "--csv"]
    command += ["--data-dir", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


@pytest.fixture
def three_days(tmp_path):
    """Two files of each of three days."""
    folder = tmp_path / "hk"
    for hour in (0, 1, 24, 25, 48, 49):
        write(folder, counted(hour), clock=HandClock(START - 43200 + 3600 * hour))
    for path in folder.rglob("*.h5"):
        os.utime(path, (int(path.stem),) * 2)
    return folder


def sealed(folder):
    return len(list(folder.rglob("*.h5")))


def test_repack_merges_what_is_over(three_days):
    before = hk(three_days, "get", "a", "--csv").stdout
    would = hk(three_days, "repack", "--dry-run")
    assert would.stdout.startswith("Would merge 4 files into 2: ")
    assert sealed(three_days) == 6
    done = hk(three_days, "repack")
    assert re.fullmatch(r"Merged 4 files into 2: [\d.]+ kB, now [\d.]+ kB\.\n", done.stdout)
    assert (done.exit_code, done.stderr, sealed(three_days)) == (0, "", 4)
    assert hk(three_days, "repack").stdout == f"{three_days}: nothing to repack.\n"
    assert hk(three_days, "get", "a", "--csv").stdout == before


def test_repack_for_programs_and_of_other_spans(three_days):
    done = hk(three_days, "repack", "--span", "1w", "--all", "--compress", "gzip", "--json")
    (made,) = json.loads(done.stdout)["made"]
    assert len(made["sources"]) == 5
    assert made["bytes_after"] < made["bytes_before"]
    assert Path(made["file"]).is_file()
    assert sealed(three_days) == 2


def test_repack_exits_with_one_when_a_file_cannot_be_repacked(three_days):
    import h5py

    first = min(three_days.rglob("*.h5"))
    with h5py.File(first, "r+") as file:
        del file["entry/data1/thermometers/temps/b"]
    done = hk(three_days, "repack")
    assert done.exit_code == 1
    assert "could not be repacked" in done.stderr
    assert sealed(three_days) == 5


def test_prune_deletes_what_is_old(three_days):
    would = hk(three_days, "prune", "--older-than", "1d", "--dry-run")
    assert would.stdout.splitlines()[-1].startswith("Would delete 3 files, ")
    assert sealed(three_days) == 6
    done = hk(three_days, "prune", "--older-than", "1d")
    assert re.match(r"Deleted 3 files, [\d.]+ kB; 3 sealed files, [\d.]+ kB are kept\.\n", done.stdout)
    assert sealed(three_days) == 3
    nothing = hk(three_days, "prune", "--older-than", "1d")
    assert f"{three_days}: nothing to delete, 3 sealed files" in nothing.stdout


def test_prune_for_programs(three_days):
    told = json.loads(hk(three_days, "prune", "--max-size", "0", "--json").stdout)
    assert [each["reason"] for each in told["deleted"]] == ["size"] * 5
    assert (told["kept_files"], told["faults"], told["dry_run"]) == (1, [], False)
    assert told["freed_bytes"] == sum(each["bytes"] for each in told["deleted"])


@pytest.mark.parametrize(
    ("answer", "arguments", "left", "code"),
    [("n\n", (), 6, 1), ("y\n", (), 3, 0), ("", ("--yes",), 3, 0), ("", (), 6, 1)],
)
def test_prune_asks_on_a_terminal(three_days, monkeypatch, answer, arguments, left, code):
    from ocs_sim.launch.commands import _hk_keep

    monkeypatch.setattr(_hk_keep, "is_terminal", lambda: True)
    command = ["hk", "prune", "--older-than", "1d", "--data-dir", str(three_days), *arguments]
    done = CliRunner().invoke(obsbow, command, input=answer)
    assert ("Delete them?" in done.stdout) == (not arguments)
    assert (sealed(three_days), done.exit_code) == (left, code)


def test_prune_wants_to_know_what(three_days):
    done = hk(three_days, "prune")
    assert done.exit_code == 2
    assert "--older-than, --max-size or both" in done.stderr


@pytest.mark.parametrize("verb", [("repack",), ("prune", "--older-than", "1d")])
def test_nothing_is_made_where_no_archive_is(tmp_path, verb):
    done = hk(tmp_path / "nothing", *verb)
    assert done.exit_code == 1
    assert "holds no housekeeping data yet" in done.stderr
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("0", 0),
        ("1500", 1500),
        ("2kB", 2000),
        ("50GB", 50 * 10**9),
        ("1.5 TiB", 3 * 2**39),
        ("7m", 7 * 10**6),
    ],
)
def test_sizes(text, size_bytes):
    from ocs_sim.launch.commands._hk_options import size

    assert size(text) == size_bytes


def test_a_size_that_makes_no_sense_is_refused(three_days):
    done = hk(three_days, "prune", "--max-size", "lots")
    assert (done.exit_code, "'lots' is no size" in done.stderr) == (2, True)
