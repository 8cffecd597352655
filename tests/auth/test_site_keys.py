"""Keys for the software at a site."""

import threading

import pytest
from starlette.datastructures import Headers

from ocs_sim.auth import BadSecret, BadSiteCode, SecretExposed, SiteKeys, Unauthorized, presented_key


@pytest.fixture
def stores(tmp_path):
    return tmp_path / "stores"


@pytest.fixture
def strict(stores):
    return SiteKeys(stores, "keys")


@pytest.fixture
def lenient(stores):
    return SiteKeys(stores)


def test_a_site_asks_with_its_key(strict):
    key = strict.make("tst")
    assert strict.check("tst", key) == "site:tst"


def test_software_that_knows_of_no_keys_is_let_in_unless_keys_are_wanted(strict, lenient):
    strict.make("tst")
    assert lenient.check("tst", None) == "anonymous"
    with pytest.raises(Unauthorized, match="no site key"):
        strict.check("tst", None)


@pytest.mark.parametrize("site", ["other", "", None, 7, ["tst"]])
def test_a_key_is_for_its_site_alone(strict, lenient, site):
    key = strict.make("tst")
    strict.make("other")
    for keys in (strict, lenient):
        with pytest.raises(Unauthorized):
            keys.check(site, key)


def test_a_wrong_key_is_refused_even_where_none_is_needed(lenient, stores):
    key = lenient.make("tst")
    for wrong in (
        "",
        "tst.",
        key[:-1],
        key + "x",
        key.upper(),
        "é",
        "\udcff",
        (stores / "site-keys.json").read_text(),
    ):
        with pytest.raises(Unauthorized):
            lenient.check("tst", wrong)


def test_a_new_key_ends_the_one_before(strict):
    before, after = strict.make("tst"), strict.make("tst")
    assert strict.check("tst", after)
    with pytest.raises(Unauthorized):
        strict.check("tst", before)


def test_a_revoked_key_lets_nobody_in(strict):
    key, other = strict.make("tst"), strict.make("other")
    assert strict.revoke("tst")
    assert not strict.revoke("tst")
    assert strict.sites() == ["other"]
    assert strict.check("other", other)
    with pytest.raises(Unauthorized):
        strict.check("tst", key)


def test_what_one_process_makes_counts_in_the_others_at_once(stores, strict):
    serving = SiteKeys(stores, "keys")
    assert serving.sites() == []
    key = strict.make("tst")
    assert serving.check("tst", key) == "site:tst"
    strict.revoke("tst")
    with pytest.raises(Unauthorized):
        serving.check("tst", key)


def test_keys_made_at_once_are_all_kept(stores):
    made = {}

    def make(number):
        made[f"site{number}"] = SiteKeys(stores).make(f"site{number}")

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {SiteKeys(stores, "keys").check(site, key) for site, key in made.items()} == {
        f"site:site{number}" for number in range(8)
    }


def test_only_hashes_are_kept_for_their_owner_alone(strict, stores):
    key = strict.make("tst")
    path = stores / "site-keys.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert key not in path.read_text()
    assert key.partition(".")[2] not in path.read_text()
    path.chmod(0o644)
    with pytest.raises(SecretExposed):
        strict.make("other")
    with pytest.raises(SecretExposed):
        SiteKeys(stores).check("tst", key)


@pytest.mark.parametrize("text", ["", "[]", '{"tst": 1}', "{"])
def test_a_spoilt_file_of_keys_lets_nobody_in(stores, text):
    stores.mkdir()
    (stores / "site-keys.json").touch(0o600)
    (stores / "site-keys.json").write_text(text)
    with pytest.raises(BadSecret):
        SiteKeys(stores).check("tst", "tst.key")


@pytest.mark.parametrize("site", ["", "a b", "../x", "ä", "-x", "x" * 65, "tst\n"])
def test_a_code_that_no_site_has_gets_no_key(strict, site):
    with pytest.raises(BadSiteCode):
        strict.make(site)


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, None),
        ({"X-Site-Key": "tst.k"}, "tst.k"),
        ({"x-site-key": " tst.k "}, "tst.k"),
        ({"Authorization": "Site-Key tst.k"}, "tst.k"),
        ({"Authorization": "SITE-KEY  tst.k"}, "tst.k"),
        ({"Authorization": "Site-Key"}, ""),
        ({"X-Site-Key": ""}, None),
        ({"Authorization": "Bearer a.b.c"}, None),
        ({"Authorization": "Bearer a.b.c", "X-Site-Key": "tst.k"}, "tst.k"),
    ],
)
def test_a_key_comes_in_either_of_two_headers(headers, key):
    assert presented_key(Headers(headers)) == key
