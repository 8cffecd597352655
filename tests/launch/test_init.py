"""`obsbow init` lays out what `obsbow up` needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from ocs_sim import site
from ocs_sim.launch._errors import AlreadyThere
from ocs_sim.launch._templates import lay_out

ROOT = Path(__file__).parents[2]
OBSBOW = str(Path(sys.executable).with_name("obsbow"))


def test_it_has_the_directories_and_a_site_file_without_faults(tmp_path):
    lay_out(tmp_path / "night")
    assert sorted(path.name for path in (tmp_path / "night").iterdir()) == [
        "data",
        "dot_crossbar",
        "logs",
        "scripts",
        "site_config",
    ]
    assert site.check(tmp_path / "night" / "site_config" / "default.yaml", None) == []


@pytest.mark.parametrize(
    "name", ["site_config/default.yaml", "scripts/run_acq.py", "scripts/observe_target.py"]
)
def test_what_is_laid_out_is_what_the_project_itself_runs(tmp_path, name):
    lay_out(tmp_path)
    assert (tmp_path / name).read_text() == (ROOT / name).read_text()


def test_twice_writes_nothing_and_a_changed_file_is_kept(tmp_path):
    assert lay_out(tmp_path) != []
    assert lay_out(tmp_path) == []
    changed = tmp_path / "site_config" / "default.yaml"
    changed.write_text("mine: yes\n")
    with pytest.raises(AlreadyThere, match="nothing was changed"):
        lay_out(tmp_path)
    assert changed.read_text() == "mine: yes\n"


def test_help_and_a_wrong_command_are_plain():
    assert "Start the router" in subprocess.check_output([OBSBOW, "--help"], text=True)
    wrong = subprocess.run([OBSBOW, "stauts"], capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "Did you mean `obsbow status`?" in wrong.stderr
