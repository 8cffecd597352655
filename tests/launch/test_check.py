"""`obsbow check`, as a user meets it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
OBSBOW = str(Path(sys.executable).with_name("obsbow"))
SOUND = """\
hub:
  wamp_server: ws://127.0.0.1:8001/ws
  wamp_realm: test_realm
  address_root: observatory
hosts:
  localhost:
    crossbar: {}
    agent-instances:
      - {instance-id: registry, agent-class: RegistryAgent}
      - {instance-id: data1, agent-class: FakeData, manage: down, arguments: [--mode, acq]}
  away:
    agent-instances: []
"""
FAULTY = (
    SOUND.replace("address_root", "adress_root")
    .replace("FakeData,", "FakeDtaAgent,")
    .replace("RegistryAgent}", "RegistryAgent, arguments: {colour: red}, manage: no}")
)


@pytest.fixture
def obsbow(tmp_path):
    """Run obsbow in a directory with site files; returns what became of it."""
    (tmp_path / "site_config").mkdir()
    (tmp_path / "site_config/default.yaml").write_text(SOUND)
    (tmp_path / "faulty.yaml").write_text(FAULTY)

    def run(*words):
        return subprocess.run(
            [OBSBOW, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": "/usr/bin:/bin"},
        )

    return run


def test_a_sound_file_is_summed_up(obsbow, tmp_path):
    done = obsbow("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"{tmp_path}/site_config/default.yaml: sound.\n"
        "  router ws://127.0.0.1:8001/ws, realm test_realm, addresses observatory.*\n"
        "  host localhost: 2 agents, runs the router\n"
        "    registry  RegistryAgent  host/up\n"
        "    data1     FakeData       host/down\n"
        "  host away: 0 agents\n"
    )


def test_every_fault_of_a_faulty_file_has_its_line(obsbow, tmp_path):
    done = obsbow("check", "faulty.yaml")
    assert (done.returncode, done.stderr) == (1, "")
    path = tmp_path / "faulty.yaml"
    lines = done.stdout.splitlines()
    assert lines[0] == f"{path}:4:3: error: hub has no key 'adress_root'. Did you mean 'address_root'?"
    assert lines[1].startswith(f"{path}:9:73: error: --colour is not an option")
    assert lines[-3].startswith(f"{path}:9:95: warning: manage: YAML reads a bare no")
    assert lines[-2] == (
        f"{path}:10:43: error: There is no agent class 'FakeDtaAgent' on this computer. "
        "Did you mean 'FakeDataAgent'?"
    )
    assert lines[-1] == f"{path}: {len(lines) - 2} faults to mend."


def test_warnings_are_shown_and_do_not_fail(obsbow, tmp_path):
    path = tmp_path / "warned.yaml"
    path.write_text(SOUND.replace("manage: down", "manage: no"))
    done = obsbow("check", "--site-file", "warned.yaml")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].startswith(f"{path}:10:61: warning: manage: ")
    assert done.stdout.splitlines()[1] == f"{path}: sound."


def test_json_of_a_sound_file(obsbow, tmp_path):
    done = obsbow("check", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "path": f"{tmp_path}/site_config/default.yaml",
        "sound": True,
        "faults": [],
        "hosts": {
            "localhost": {
                "registry": {"agent_class": "RegistryAgent", "manage": "host/up"},
                "data1": {"agent_class": "FakeData", "manage": "host/down"},
            },
            "away": {},
        },
    }


def test_json_of_a_faulty_file(obsbow, tmp_path):
    done = obsbow("check", "faulty.yaml", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["sound"]) == (1, False)
    assert said["faults"][0] == {
        "path": f"{tmp_path}/faulty.yaml",
        "line": 4,
        "column": 3,
        "severity": "error",
        "message": "hub has no key 'adress_root'.",
        "suggestion": "address_root",
    }


def test_the_schema_is_printed(obsbow):
    done = obsbow("check", "--schema")
    assert done.returncode == 0
    assert json.loads(done.stdout)["properties"]["hub"]["required"] == [
        "wamp_server",
        "wamp_realm",
        "address_root",
    ]


def test_agents_of_the_site_are_known_by_their_files(obsbow, tmp_path):
    (tmp_path / "site_config/night.py").write_text(
        "from ocs_sim.agent import Agent, Options, option\n"
        "class NightOptions(Options):\n    sky: str = option('dark')\n"
        "class Night(Agent):\n    Options = NightOptions\n"
    )
    text = SOUND.replace("crossbar: {}", "agent-paths: night.py").replace("FakeData,", "Night,")
    (tmp_path / "site_config/night.yaml").write_text(text)
    done = obsbow("check", "site_config/night.yaml")
    assert "--mode is not an option" in done.stdout
    (tmp_path / "site_config/night.yaml").write_text(text.replace("--mode, acq", "--sky, grey"))
    assert obsbow("check", "site_config/night.yaml").returncode == 0


@pytest.mark.parametrize("name", ["default.yaml", "ocs_style.yaml"])
def test_the_files_that_come_with_it_are_sound(obsbow, name):
    done = obsbow("check", str(ROOT / "site_config" / name))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_file_that_is_not_there_is_one_line_of_error(obsbow, tmp_path):
    done = obsbow("check", "nowhere.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"obsbow: There is no site file: looked for {tmp_path}/nowhere.yaml.")


def test_a_directory_is_no_site_file(obsbow, tmp_path):
    done = obsbow("check", "site_config")
    assert done.returncode == 1
    assert done.stdout.startswith(
        f"{tmp_path}/site_config:1:1: error: The file cannot be read: Is a directory."
    )


def test_two_names_for_the_file_are_too_many(obsbow):
    done = obsbow("check", "faulty.yaml", "--site-file", "faulty.yaml")
    assert done.returncode == 2
    assert "give one of them" in done.stderr
