"""`obsbow world`, as a user runs it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from ocs_sim.launch._cli import obsbow

OBSBOW = str(Path(sys.executable).with_name("obsbow"))
SITE = """
site: {code: test, name: A test site, latitude: -31.5, longitude: -69.25, elevation: 2420}
hub:
  wamp_server: ws://127.0.0.1:8001/ws
  wamp_http: http://127.0.0.1:8001/call
  wamp_realm: test_realm
  address_root: observatory
hosts:
  localhost:
    log-dir: logs
    agent-instances:
      - instance-id: world
        agent-class: WorldAgent
        arguments:
          {port: 0, seed: 5, start: "2026-03-01T04:00:00Z", time-rate: 0, script: events.yaml, history-mb: 8}
"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "events.yaml").write_text("- {at: 0, do: weather.cloud}\n")
    return tmp_path / "site.yaml"


@contextmanager
def running(directory, *arguments):
    """Run the command until it says that it serves; give the process and the lines it said."""
    process = subprocess.Popen(
        [OBSBOW, "world", *arguments],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break
        yield process, lines
    finally:
        process.kill()
        process.communicate(timeout=20)


def ended(process, number):
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def failing(*arguments):
    """Run the command in this process, and return its exit code and what it says."""
    done = CliRunner().invoke(obsbow, ["world", *arguments])
    assert done.stdout == ""
    return done.exit_code, done.stderr


def address(lines):
    return next(line for line in lines if "http://" in line).split()[-1].removesuffix(":")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(tmp_path, number):
    with running(tmp_path, "--port", "0") as (process, lines):
        assert lines[0].startswith("Simulated observatory, profile fast, is at http://127.0.0.1:")
        assert lines[1].split()[:2] == ["Telescope", "0"]
        base = address(lines[:1])
        found = httpx.get(f"{base}/management/v1/configureddevices", timeout=20).json()["Value"]
        assert len(found) == 10
        assert ended(process, number) == (0, "", "")


def test_programs_learn_where_it_is(tmp_path):
    command = [OBSBOW, "world", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = []
            while not lines or lines[-1] != "}":
                lines.append(process.stdout.readline().rstrip())
            found = json.loads("".join(lines))
            assert found["address"] == f"http://127.0.0.1:{found['port']}"
            assert (
                found["devices"]
                == httpx.get(found["address"] + "/management/v1/configureddevices", timeout=20).json()[
                    "Value"
                ]
            )
        finally:
            process.terminate()
    assert process.returncode == 0


def test_place_and_options_come_from_the_site_file(site):
    with running(site.parent, "--site-file", str(site), "--seed", "6") as (process, lines):
        base = address(lines[:1])
        read = lambda path: httpx.get(base + path, timeout=20).json()  # noqa: E731
        assert read("/api/v1/telescope/0/sitelatitude")["Value"] == -31.5
        assert read("/api/v1/telescope/0/siteelevation")["Value"] == 2420
        assert read("/api/v1/telescope/0/utcdate")["Value"].startswith("2026-03-01T04:00:00")
        assert read("/management/v1/description")["Value"]["ServerName"] == "A test site (simulated)"
        facts = {
            each["label"]: each
            for section in read("/setup/api/panels")[0]["sections"]
            for each in section["facts"]
        }
        assert facts["weather.cloud"]["value"] == "until cleared"
        assert ended(process, signal.SIGTERM)[0] == 0


def test_what_cannot_be_is_said_in_a_sentence(tmp_path, site, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, text = failing("--port", port)
        assert code == 1
        assert text.startswith(f"obsbow: Nothing can be served at 127.0.0.1:{port}: ")
    for words, said in (
        (("--profile", "huge"), "There is no profile 'huge'"),
        (("--start", "yesterday"), "The world cannot start at 'yesterday'"),
        (("--time-rate", "-1"), "The rate of the world's clock"),
        (("--sky", "none.csv"), "none.csv"),
        (("--script", "none.yaml"), "none.yaml"),
        (("--site-file", "none.yaml"), "none.yaml"),
    ):
        code, text = failing("--port", "0", *words)
        assert (code, said in text, "Traceback" in text) == (1, True, False), text
    site.write_text(SITE.replace("seed: 5", "seed: five"))
    code, text = failing("--site-file", str(site))
    assert code == 1
    assert "line 12" in text
    assert "five" in text


def test_a_world_alone_needs_no_wamp(tmp_path, site):
    program = (
        "import sys; from pathlib import Path; from ocs_sim.launch._world import settings_of\n"
        "from ocs_sim.alpaca.world_server import WorldServer\n"
        "given = dict(host='127.0.0.1', port=0, profile='fast', seed=1, start='now', time_rate=1.0, sky=None,"
        " script=None, discovery=False, discovery_port=32227)\n"
        f"server = WorldServer(settings_of(Path({str(site)!r}), given, set()))\n"
        "print(server.settings.seed, sorted({'autobahn', 'twisted', 'ocs_sim.bus'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "5 []\n", done.stderr
