"""`obsbow agent new` and `obsbow agent list`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner

from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.launch._agent_template import BadAgentName, NewAgent
from ocs_sim.launch._cli import obsbow
from ocs_sim.testing import wait_until


def run(*words):
    return CliRunner().invoke(obsbow, [str(word) for word in words])


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("Thermometer", ("Thermometer", "thermometer", "thermometer")),
        ("thermometer", ("Thermometer", "thermometer", "thermometer")),
        ("dome-heater", ("DomeHeater", "dome_heater", "dome-heater")),
        ("DomeHeater2", ("DomeHeater2", "dome_heater2", "dome-heater2")),
        ("CCDCamera", ("CCDCamera", "ccd_camera", "ccd-camera")),
        ("import", ("Import", "import_", "import")),
    ],
)
def test_names_follow_from_the_one_that_is_given(name, names):
    agent = NewAgent.of(name)
    assert (agent.class_name, agent.module, agent.instance_id) == names


@pytest.mark.parametrize("name", ["", "9lives", "a.b", "a/b", "dome heater!", "ä", "../x", "None", "-"])
def test_names_that_cannot_be_are_refused(name):
    with pytest.raises(BadAgentName, match="cannot name an agent class"):
        NewAgent.of(name)


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "test_heater.py").write_text("mine")
    result = run("agent", "new", "heater", "-d", tmp_path)
    assert result.exit_code == 1
    assert "test_heater.py is there already; nothing was written" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["test_heater.py"]


def test_new_tells_programs_what_it_wrote(tmp_path):
    result = run("agent", "new", "dome-heater", "-d", tmp_path, "--json")
    assert json.loads(result.stdout) == {
        "module": str(tmp_path / "dome_heater.py"),
        "test": str(tmp_path / "test_dome_heater.py"),
        "agent_path": str(tmp_path),
        "instance_id": "dome-heater",
        "agent_class": "DomeHeater",
    }


@pytest.mark.integration
def test_a_new_agent_passes_its_own_test(tmp_path):
    result = run("agent", "new", "dome-heater", "--directory", tmp_path)
    assert result.exit_code == 0, result.output
    test = tmp_path / "test_dome_heater.py"
    assert f"python -m pytest {test}" in result.stdout
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", str(test)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


@pytest.mark.integration
def test_a_new_agent_runs_once_what_was_said_is_in_the_site_file(router, tmp_path):
    said = run("agent", "new", "DomeHeater", "-d", tmp_path / "agents").stdout
    snippet = yaml.safe_load(said[said.index("    agent-paths") : said.index("\nTalk to it")])
    site = router.site(snippet["agent-instances"])
    site["hosts"]["localhost"] |= {"agent-paths": snippet["agent-paths"], "log-dir": str(tmp_path / "logs")}
    (tmp_path / "site.yaml").write_text(json.dumps(site))
    command = [sys.executable, "-m", "ocs_sim.agent", "--site-file", str(tmp_path / "site.yaml")]
    command += ["--site-host", "localhost", "--instance-id", "dome-heater"]
    caller = HttpCaller(router.http_url, timeout_seconds=5)

    def temperature():
        try:
            return caller.call("observatory.dome-heater.ops", "status", "acq")[2]["data"]["temperature"]
        except (BusError, KeyError):
            return None

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        try:
            assert 299.0 < wait_until(temperature, 20) < 301.0
            child.terminate()
            _, err = child.communicate(timeout=5)
        finally:
            child.kill()
    caller.close()
    assert (child.returncode, err) == (0, b"")


def test_classes_are_listed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("agent", "new", "heater", "-d", tmp_path / "agents")
    (tmp_path / "agents" / "broken.py").write_text("import nothing_of_the_kind")
    hub = {"wamp_server": "ws://127.0.0.1:8001/ws", "wamp_realm": "test_realm", "address_root": "observatory"}
    host = {"agent-paths": ["agents"], "agent-instances": []}
    (tmp_path / "site.yaml").write_text(json.dumps({"hub": hub, "hosts": {"localhost": host}}))
    result = run("agent", "list", "--site-file", tmp_path / "site.yaml", "--site-host", "localhost", "--json")
    assert result.exit_code == 0, result.output
    found = {each["name"]: each for each in json.loads(result.stdout)}
    assert {"FakeDataAgent", "RegistryAgent", "BarebonesAgent", "HostMaster", "Heater"} <= set(found)
    assert found["Heater"]["origin"] == str(tmp_path / "agents" / "heater.py")
    assert "nothing_of_the_kind" in found["broken"]["fault"]
    plain = run("agent", "list", "--site-file", tmp_path / "site.yaml", "--site-host", "localhost").stdout
    assert "cannot be loaded: " in plain
    assert "FakeDataAgent" in plain


def test_installed_classes_are_listed_without_a_site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OCS_CONFIG_DIR", raising=False)
    result = run("agent", "list")
    assert result.exit_code == 0
    assert "FakeDataAgent" in result.stdout
