"""Where the site file is looked for."""

from pathlib import Path

import pytest

from ocs_sim.site import SiteFileNotFound, SiteNamedTwice, find_site_file


@pytest.fixture
def place(tmp_path):
    """Put an empty file somewhere; returns its path."""

    def put(name):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path

    return put


def test_a_file_that_is_given_is_taken(place, tmp_path):
    mine, _ = place("mine.yaml"), place("site_config/default.yaml")
    environ = {"OCS_CONFIG_DIR": str(tmp_path / "site_config")}
    assert find_site_file(Path("mine.yaml"), environ=environ, cwd=tmp_path) == mine
    assert find_site_file(mine, environ=environ, cwd=Path("/")) == mine
    assert find_site_file(Path("x/../mine.yaml"), environ={}, cwd=tmp_path) == mine


def test_a_file_that_is_given_must_be_there(place, tmp_path):
    place("site_config/default.yaml")
    with pytest.raises(SiteFileNotFound) as caught:
        find_site_file(Path("mine.yaml"), environ={}, cwd=tmp_path)
    assert str(caught.value) == (
        f"There is no site file: looked for {tmp_path / 'mine.yaml'}.\n"
        "Lay out a new observatory with `obsbow init DIR`, or name its file with --site-file."
    )


def test_the_directory_of_ocs_comes_before_the_current_one(place, tmp_path):
    theirs, ours = place("ocs/default.yaml"), place("site_config/default.yaml")
    assert find_site_file(None, environ={"OCS_CONFIG_DIR": str(theirs.parent)}, cwd=tmp_path) == theirs
    assert find_site_file(None, environ={"OCS_CONFIG_DIR": "ocs"}, cwd=tmp_path) == theirs
    assert find_site_file(None, environ={"OCS_CONFIG_DIR": str(tmp_path / "empty")}, cwd=tmp_path) == ours
    assert find_site_file(None, environ={"OCS_CONFIG_DIR": ""}, cwd=tmp_path) == ours


def test_the_nearest_folder_above_is_taken(place, tmp_path):
    outer, inner = place("site_config/default.yaml"), place("a/b/site_config/default.yaml")
    (tmp_path / "a/b/c/d").mkdir(parents=True)
    assert find_site_file(None, environ={}, cwd=tmp_path / "a/b/c/d") == inner
    assert find_site_file(None, environ={}, cwd=tmp_path / "a") == outer
    assert find_site_file(None, environ={}, cwd=inner.parent) == inner


def test_a_site_is_a_name_of_a_file(place, tmp_path):
    place("site_config/default.yaml")
    north = place("site_config/north.yaml")
    assert find_site_file(None, "north", environ={}, cwd=tmp_path) == north


def test_both_a_file_and_a_site_are_too_much(tmp_path):
    with pytest.raises(SiteNamedTwice, match=r"--site-file a\.yaml and --site north"):
        find_site_file(Path("a.yaml"), "north", environ={}, cwd=tmp_path)


def test_without_any_it_says_where_it_looked_and_what_to_do(tmp_path):
    with pytest.raises(SiteFileNotFound) as caught:
        find_site_file(None, environ={"OCS_CONFIG_DIR": "/nowhere"}, cwd=tmp_path)
    assert str(caught.value) == (
        f"There is no site file: looked for /nowhere/default.yaml, {tmp_path}/site_config/default.yaml "
        "and the same in each folder above.\n"
        "Lay out a new observatory with `obsbow init DIR`, or name its file with --site-file."
    )
