"""What a wheel holds: the agents, the templates and the command, not only what an editable install shows."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    directory = tmp_path_factory.mktemp("wheel")
    tracked = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
    for name in filter(None, tracked.splitlines()):
        if (ROOT / name).is_file():
            target = directory / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(directory)]
    subprocess.run([*build, str(directory / "source")], check=True, capture_output=True)
    (wheel,) = directory.glob("ocs_sim-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "site-packages")
    return directory / "site-packages"


def run(installed, code, *arguments, cwd):
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, cwd=cwd, capture_output=True, text=True
    )


def test_every_module_of_the_project_is_in_the_wheel(installed):
    expected = {path.relative_to(ROOT).as_posix() for path in (ROOT / "ocs_sim").rglob("*.py")}
    expected |= {f"ocs_sim/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "agents").rglob("*.py")}
    held = {path.relative_to(installed).as_posix() for path in installed.rglob("*.py")}
    assert expected <= held


def test_it_is_typed_and_carries_its_templates(installed):
    assert (installed / "ocs_sim" / "py.typed").exists()
    assert (installed / "ocs_sim" / "launch" / "templates" / "site_config" / "default.yaml").exists()
    assert (installed / "ocs_sim" / "site" / "templates" / "small.yaml").exists()


def test_the_command_of_the_wheel_lays_out_and_checks_an_observatory(installed, tmp_path):
    code = "from ocs_sim.launch import main as m; assert 'site-packages' in m.__globals__['__file__']; m()"
    laid_out = run(installed, code, "init", "night", cwd=tmp_path)
    assert laid_out.returncode == 0, laid_out.stderr
    checked = run(installed, code, "check", cwd=tmp_path / "night")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout


def test_agents_are_importable_from_the_wheel(installed, tmp_path):
    code = "import ocs_sim.agents.fake_data as m; assert 'site-packages' in m.__file__"
    done = run(installed, code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
