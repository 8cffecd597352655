"""`obsbow router` and `obsbow crossbar` as a user runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ocs_sim.launch._router_env import MARKER_NAME, private_environment
from ocs_sim.launch._router_install import contents
from ocs_sim.testing import RouterInfo

OBSBOW = Path(sys.executable).with_name("obsbow")
pytestmark = pytest.mark.integration


@pytest.fixture
def info(tmp_path):
    """A site of its own whose router was never started."""
    info = RouterInfo(tmp_path)
    (tmp_path / "site_config").mkdir()
    (tmp_path / "site_config" / "default.yaml").write_text(yaml.safe_dump(info.site()))
    yield info
    info.stop()


def obsbow(info, *words, environ=None):
    environment = {**os.environ, **(environ or {})}
    environment.pop("OCS_CONFIG_DIR", None)
    return subprocess.run(
        [OBSBOW, *words, "--site-host", "localhost"] if words[0] == "crossbar" else [OBSBOW, *words],
        cwd=info.directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def well(info, *words, **options):
    done = obsbow(info, *words, **options)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def test_start_status_stop(info):
    assert "The router is running (pid " in well(info, "crossbar", "start")
    started = json.loads(well(info, "crossbar", "status", "--json"))
    assert started["state"] == "running"
    assert json.loads(well(info, "crossbar", "start", "--json"))["pid"] == started["pid"]
    assert well(info, "crossbar", "stop") == "The router is stopped.\n"
    assert well(info, "crossbar", "stop") == "The router was not running.\n"
    assert json.loads(well(info, "crossbar", "stop", "--json")) == {"stopped": False}


def test_status_of_a_router_that_does_not_run_exits_with_1(info):
    done = obsbow(info, "crossbar", "status")
    assert (done.returncode, done.stdout, done.stderr) == (1, "The router is dead.\n", "")


def test_generate_config_says_what_became_of_the_file(info):
    path = info.crossbar.config_dir / "config.json"
    assert well(info, "crossbar", "generate_config") == f"{path}: written\n"
    assert json.loads(well(info, "crossbar", "generate_config", "--json"))["result"] == "unchanged"
    path.write_text(path.read_text().replace('"ws"', '"socket"'))
    refused = obsbow(info, "crossbar", "generate_config")
    assert refused.returncode == 1
    assert '-                        "socket": {' in refused.stderr
    assert "--force" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert well(info, "crossbar", "generate_config", "--force") == f"{path}: replaced\n"


def test_a_realm_that_crossbar_would_refuse_is_said_before_anything_is_started(info):
    site = info.site()
    site["hub"]["wamp_realm"] = "r"
    (info.directory / "site_config" / "default.yaml").write_text(yaml.safe_dump(site))
    done = obsbow(info, "crossbar", "start")
    assert done.returncode == 1
    assert "wamp_realm" in done.stderr
    assert "Traceback" not in done.stderr
    assert info.pid is None


@pytest.fixture
def elsewhere(tmp_path):
    """An environment in which no crossbar is installed."""
    return {"OBSBOW_HOME": str(tmp_path / "home"), "OBSBOW_CROSSBAR": "", "PATH": "/nowhere"}


def test_router_status_without_a_router(info, elsewhere):
    done = obsbow(info, "router", "status", environ=elsewhere)
    assert (done.returncode, done.stdout) == (1, "There is no crossbar; run `obsbow router install`.\n")
    done = obsbow(info, "router", "status", "--json", environ=elsewhere)
    assert done.returncode == 1
    assert json.loads(done.stdout)["used"] is None


def test_router_status_and_remove(info, elsewhere):
    target = private_environment(elsewhere)
    target.mkdir(parents=True)
    (target / MARKER_NAME).write_text(json.dumps({"contents": contents()}))
    assert f"{target}/bin/crossbar (private environment)" in well(info, "router", "status", environ=elsewhere)
    assert "is installed in" in well(info, "router", "install", environ=elsewhere)
    assert well(info, "router", "remove", environ=elsewhere) == f"Removed {target}.\n"
    assert well(info, "router", "remove", environ=elsewhere) == "There was nothing to remove.\n"


def test_router_status_obeys_the_site_file(info):
    site = info.site()
    site["hosts"]["localhost"]["crossbar"]["bin"] = "/nowhere/crossbar"
    (info.directory / "site_config" / "default.yaml").write_text(yaml.safe_dump(site))
    done = obsbow(info, "router", "status", "--site-host", "localhost")
    assert done.returncode == 1
    assert "The site file says that crossbar is /nowhere/crossbar" in done.stderr


def test_help_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from ocs_sim.launch._cli import obsbow\n"
        "for words in (['router', '--help'], ['crossbar', 'start', '--help']):\n"
        "    assert CliRunner().invoke(obsbow, words).exit_code == 0\n"
        "heavy = {'autobahn', 'twisted', 'numpy', 'h5py', 'psutil', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
