"""Which crossbar is used, and the private environment that is built for it."""

import fcntl
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ocs_sim.launch._router_env import (
    MARKER_NAME,
    Origin,
    find_crossbar,
    home,
    private_environment,
    require_crossbar,
    version_of,
)
from ocs_sim.launch._router_errors import CrossbarMissing, CrossbarNotThere, InstallFailed
from ocs_sim.launch._router_inside import lean as lean_module
from ocs_sim.launch._router_install import contents, ensure_crossbar, install, is_whole, remove
from ocs_sim.launch._router_pins import CROSSBAR_VERSION, PINS
from ocs_sim.site import CrossbarSettings
from ocs_sim.testing import wait_until

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def environment_with(directory, version):
    """A directory that looks like an environment which holds crossbar; returns its program."""
    (directory / "bin").mkdir(parents=True)
    (directory / "lib" / PYTHON / "site-packages" / f"crossbar-{version}.dist-info").mkdir(parents=True)
    program = directory / "bin" / "crossbar"
    # Running it would be seen: it fails.
    program.write_text(f"#!{directory}/bin/python3\nraise SystemExit(1)\n")
    program.chmod(0o755)
    return program


def whole(environ):
    target = private_environment(environ)
    environment_with(target, CROSSBAR_VERSION)
    (target / MARKER_NAME).write_text(json.dumps({"contents": contents()}))
    return target


@pytest.fixture
def environ(tmp_path):
    return {"OBSBOW_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path" / "bin")}


def test_the_search_goes_from_the_most_to_the_least_particular(tmp_path, environ):
    assert find_crossbar(None, environ) is None
    found = []
    whole(environ)
    found.append(find_crossbar(None, environ))
    environment_with(tmp_path / "path", "26.9.1")
    found.append(find_crossbar(None, environ))
    environ["OBSBOW_CROSSBAR"] = str(environment_with(tmp_path / "named", "26.8.1"))
    found.append(find_crossbar(None, environ))
    settings = CrossbarSettings(tmp_path, bin=environment_with(tmp_path / "site", "26.7.1"))
    found.append(find_crossbar(settings, environ))
    assert [each.origin for each in found] == [
        Origin.PRIVATE,
        Origin.PATH,
        Origin.ENVIRONMENT,
        Origin.SITE_FILE,
    ]
    assert [each.version for each in found] == [CROSSBAR_VERSION, "26.9.1", "26.8.1", "26.7.1"]


def test_a_bare_name_in_the_site_file_is_looked_up_on_the_path(tmp_path, environ):
    program = environment_with(tmp_path / "path", "26.9.1")
    found = find_crossbar(CrossbarSettings(tmp_path, bin=Path("crossbar")), environ)
    assert (found.path, found.origin) == (program, Origin.SITE_FILE)


@pytest.mark.parametrize("name", ["nowhere/crossbar", "no-such-command"])
def test_a_named_program_that_is_not_there_is_an_error_and_nothing_else_is_tried(tmp_path, environ, name):
    whole(environ)
    with pytest.raises(CrossbarNotThere, match="The site file says that crossbar is"):
        find_crossbar(CrossbarSettings(tmp_path, bin=Path(name)), environ)
    with pytest.raises(CrossbarNotThere, match="OBSBOW_CROSSBAR says"):
        find_crossbar(None, environ | {"OBSBOW_CROSSBAR": name})


def test_none_at_all_says_what_to_do(environ):
    with pytest.raises(CrossbarMissing, match="obsbow router install"):
        require_crossbar(None, environ)


@pytest.mark.parametrize("content", [b"", b"\x7fELF\x02", b"#!/usr/bin/env python3\n", b"#!python\n"])
def test_a_program_of_another_make_has_no_version(tmp_path, content):
    program = tmp_path / "crossbar"
    program.write_bytes(content)
    assert version_of(program) is None


def test_it_lives_in_the_users_data_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home({}) == tmp_path / ".local" / "share" / "obsbow"
    assert home({"XDG_DATA_HOME": "/data"}) == Path("/data/obsbow")
    assert home({"XDG_DATA_HOME": "/data", "OBSBOW_HOME": "~/mine"}) == tmp_path / "mine"
    python = f"py{sys.version_info.major}.{sys.version_info.minor}"
    assert private_environment({"OBSBOW_HOME": "/x"}) == Path(f"/x/crossbar-{CROSSBAR_VERSION}-{python}")


def test_a_whole_environment_is_not_built_again(environ):
    whole(environ)
    said = []
    assert install(said.append, environ) is False
    assert ensure_crossbar(None, said.append, environ).origin is Origin.PRIVATE
    assert said == []


@pytest.fixture
def no_index(monkeypatch):
    """Let pip find nothing, without asking the network."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


@pytest.mark.integration
def test_a_failed_installation_shows_pips_words_and_counts_as_none(environ, no_index):
    said = []
    with pytest.raises(InstallFailed, match="No matching distribution") as error:
        install(said.append, environ)
    assert "pip" in str(error.value)
    assert f"crossbar {CROSSBAR_VERSION}" in said[0]
    assert find_crossbar(None, environ) is None
    assert not is_whole(private_environment(environ))


@pytest.mark.integration
def test_a_half_built_environment_is_built_again(environ, no_index):
    target = private_environment(environ)
    environment_with(target, CROSSBAR_VERSION)
    said = []
    with pytest.raises(InstallFailed):
        install(said.append, environ)
    assert "half built" in said[0]
    assert not (target / "bin" / "crossbar").exists()


def test_one_that_holds_other_versions_counts_as_half_built(environ):
    target = whole(environ)
    (target / MARKER_NAME).write_text(json.dumps({"contents": ["crossbar==1"]}))
    assert not is_whole(target)
    (target / MARKER_NAME).write_text("{")
    assert not is_whole(target)


def test_what_is_ours_is_brought_up_to_date_in_place_under_the_routers_that_run_from_it(environ):
    target = whole(environ)
    packages = next(target.glob("lib/python*/site-packages"))
    (packages / "obsbow_guard.pth").write_text("import obsbow_guard\n")
    (packages / "obsbow_router_before").mkdir()
    os.utime(packages / "obsbow_router_before", (1, 1))
    (packages / "obsbow_router_running").mkdir()
    os.utime(packages / "obsbow_router_running", (2, 2))
    marker = {"contents": [*PINS, "ours of another day"]}
    (target / MARKER_NAME).write_text(json.dumps(marker))
    said = []
    assert install(said.append, environ) is True
    assert "up to date" in said[0]
    assert is_whole(target)
    (line,) = (packages / "obsbow_router.pth").read_text().splitlines()
    name = line.removeprefix("import ").partition(";")[0]
    assert sorted(path.name for path in packages.glob("obsbow*")) == sorted(
        ["obsbow_router.pth", "obsbow_router_running", name]
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(packages)!r}); {line}; import web3"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert install(said.append, environ) is False


def test_a_second_installer_waits_for_the_first(environ):
    said, results = [], []
    Path(environ["OBSBOW_HOME"]).mkdir()
    with (Path(environ["OBSBOW_HOME"]) / ".crossbar.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=lambda: results.append(install(said.append, environ)))
        second.start()
        wait_until(lambda: said, describe="the second installer says that it waits")
        whole(environ)
    second.join(10)
    assert results == [False]
    assert said == ["Another program is installing it; waiting."]


def test_remove_takes_older_ones_too(environ):
    target = whole(environ)
    older = target.with_name("crossbar-25.1.1-py3.11")
    older.mkdir()
    kept = target.with_name("demo")
    kept.mkdir()
    assert remove(environ) == [older, target]
    assert find_crossbar(None, environ) is None
    assert kept.is_dir()
    assert remove(environ) == []


def lean(code):
    source = Path(lean_module.__file__).read_text()
    program = f"{source}\ninstall()\n{code}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)


def test_absent_packages_can_be_named_but_not_used():
    done = lean(
        "import web3, eth_abi\n"
        "from eth_abi.grammar import TupleType\n"
        "class Mine(web3.Web3): pass\n"
        "def hinted(contract: web3.contract.Contract | None) -> list[TupleType]: ...\n"
        "assert not hasattr(web3, '__version__')\n"
        "web3.Web3(web3.Web3.HTTPProvider)\n"
    )
    assert done.returncode == 1
    assert "ImportError: web3.Web3 is left out of this router's environment" in done.stderr
    assert "OBSBOW_CROSSBAR" in done.stderr


def test_a_package_that_is_installed_after_all_comes_first():
    done = lean("import numpy\nprint(numpy.arange(3).sum())")
    assert done.stdout.strip() == "3", done.stderr


@pytest.mark.parametrize("name", ["no_such_package", "web4"])
def test_other_packages_are_missing_as_ever(name):
    assert "ModuleNotFoundError" in lean(f"import {name}").stderr


def test_the_standins_know_nothing_of_ocs_sim():
    done = lean("import sys\nprint([name for name in sys.modules if name.startswith('ocs_sim')])")
    assert done.stdout.strip() == "[]"
