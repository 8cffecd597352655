"""OCS itself, and Alpaca simulators of others, each from an environment of its own."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.observatory import eventually, lay_out


@pytest.fixture(scope="session")
def ocs_python():
    """The Python of an environment in which OCS 0.12.1 is installed; `make test` sets it up."""
    path = os.environ.get("OCS_PYTHON")
    if not path or not Path(path).exists():
        pytest.skip(
            "OCS_PYTHON does not name the Python of an environment with ocs==0.12.1; `make test` does"
        )
    return path


@pytest.fixture(scope="session")
def alpaca_peer_python():
    """The Python of an environment in which alpaca-simulators 1.3.2 is installed; `make test` sets it up."""
    path = os.environ.get("ALPACA_PEER_PYTHON")
    if not path or not Path(path).with_name("alpaca-simulators").exists():
        pytest.skip(
            "ALPACA_PEER_PYTHON does not name the Python of an environment with alpaca-simulators==1.3.2; "
            "`make test` does"
        )
    return path


@pytest.fixture(scope="session")
def ocs(ocs_python):
    """Run a program of OCS's environment; return what it printed."""

    def run(*arguments, timeout=90):
        program = [str(Path(ocs_python).with_name(arguments[0])), *arguments[1:]]
        done = subprocess.run(program, capture_output=True, text=True, timeout=timeout)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


ADDED = """
      - agent-class: FakeDataAgent
        instance-id: ocs-faker
        manage: ignore
        arguments: [--mode, idle, --sample-rate, 20]
"""


@pytest.fixture(scope="module")
def observatory(tmp_path_factory):
    """The mini observatory, whose site file also names an agent that OCS's own code will run."""
    observatory = lay_out(tmp_path_factory.mktemp("interop"), lambda text: text.rstrip() + ADDED)
    observatory.well("up")
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


@pytest.fixture(scope="module")
def faker(observatory, ocs_python):
    """OCS's own FakeDataAgent, idle, on our router."""
    code = "import sys; from ocs.agents.fake_data.agent import main; main(sys.argv[1:])"
    site = [
        "--site-file",
        str(observatory.site_file),
        "--site-host",
        "localhost",
        "--instance-id",
        "ocs-faker",
    ]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [ocs_python, "-c", code, *site],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=observatory.directory,
        )
        eventually(
            lambda: observatory.obsbow("call", "ocs-faker", "acq", "status").returncode == 0,
            "OCS's agent answers",
        )
        yield "ocs-faker"
        process.kill()
        process.wait()
