"""`obsbow token`: what it prints, where the secret goes, and what it does not take."""

import json
import re

import pytest
from click.testing import CliRunner

from ocs_sim.auth import LocalIssuer, SiteKeys, TokenVerifier, Unauthorized
from ocs_sim.launch._cli import obsbow
from ocs_sim.launch._templates import lay_out


@pytest.fixture
def site_file(tmp_path):
    lay_out(tmp_path)
    path = tmp_path / "site_config" / "default.yaml"
    text, changed = re.subn(
        r"^(stores:\n +directory:).*$", r"\1 ../kept", path.read_text(), flags=re.MULTILINE
    )
    assert changed == 1
    path.write_text(text)
    return path


@pytest.fixture
def run(site_file):
    def run(*words, code=0):
        done = CliRunner().invoke(obsbow, ["token", *words, "--site-file", str(site_file)])
        assert done.exit_code == code, done.output
        return done

    return run


@pytest.fixture
def stores(tmp_path):
    return tmp_path / "kept"


def test_it_prints_a_token_and_nothing_else(run, stores):
    done = run("--user", "ada", "--role", "admin", "--role", "owner", "--name", "Ada")
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    found = TokenVerifier([LocalIssuer(stores).issuer()]).verify("Bearer " + done.stdout.strip())
    assert (found.user_id, found.roles, found.name) == ("ada", ("admin", "owner"), "Ada")
    assert [path.name for path in stores.iterdir()] == ["token-secret"]


def test_a_program_is_told_when_the_token_ends(run):
    told = json.loads(run("--user", "ada", "--lifetime", "1h", "--json").stdout)
    later = json.loads(run("--user", "ada", "--lifetime", "3h", "--json").stdout)
    assert set(told) == {"token", "user_id", "roles", "expires_unix"}
    assert told["roles"] == []
    assert 7200 <= later["expires_unix"] - told["expires_unix"] < 7300


def test_a_key_of_a_site_counts_until_it_is_revoked(run, stores):
    key = run("--site", "tst").stdout.strip()
    assert SiteKeys(stores, "keys").check("tst", key) == "site:tst"
    assert run("--site", "tst", "--revoke").stdout == "The key of tst has ended.\n"
    with pytest.raises(Unauthorized):
        SiteKeys(stores, "keys").check("tst", key)
    assert run("--site", "tst", "--revoke").stdout == "tst has no key.\n"
    assert json.loads(run("--site", "tst", "--json").stdout)["site"] == "tst"
    assert json.loads(run("--site", "tst", "--revoke", "--json").stdout) == {"site": "tst", "revoked": True}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--user", "ada", "--site", "tst"),
        ("--site", "tst", "--role", "admin"),
        ("--user", "ada", "--revoke"),
        ("--user", ""),
        ("--user", "ada", "--lifetime", "soon"),
    ],
)
def test_a_command_line_that_makes_no_sense_writes_nothing(run, stores, words):
    assert run(*words, code=2).stdout == ""
    assert not stores.exists()


@pytest.mark.parametrize("words", [("--user", "ada", "--lifetime", "0s"), ("--site", "../x")])
def test_what_cannot_be_is_told_in_a_sentence(run, words):
    done = run(*words, code=1)
    assert done.stdout == ""
    assert done.stderr.startswith("obsbow: ")
