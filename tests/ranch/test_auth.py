"""Who is let in over HTTP, and how those are answered who are not."""

import logging

import pytest

from ocs_sim.auth import LocalIssuer
from tests.ranch.ranch_bench import Ranch

RESERVED = "Someone else has a reservation right now. Please see the calendar for details."


@pytest.fixture
def strict(tmp_path):
    with Ranch(tmp_path, mode="keys") as served:
        yield served


def newjob(ranch, header):
    return ranch.ask(headers={"Authorization": header} if header is not None else {"X-Nothing": "1"})


def test_who_has_no_token_asks_for_nothing(ranch):
    for header in (None, "", "x", "Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi"):
        answer = newjob(ranch, header)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"}), header
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["access-control-allow-origin"] == "*"
    assert ranch.jobs.recent("tst", 0)[0] == []


def test_a_token_that_ended_or_is_anothers_is_answered_alike(ranch, tmp_path):
    old = ranch.token(lifetime_seconds=60)
    ranch.clock.advance(120)
    foreign = LocalIssuer(tmp_path / "elsewhere", ranch.clock).token("ada")
    answers = [newjob(ranch, f"Bearer {token}") for token in (old, foreign)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, '{"message": "Unauthorized"}')}


def test_tokens_are_not_logged(ranch, caplog):
    caplog.set_level(logging.DEBUG)
    good, bad = ranch.token(), ranch.token() + "x"
    assert newjob(ranch, f"Bearer {good}").status_code == 200
    assert newjob(ranch, f"Bearer {bad}").status_code == 401
    assert "signature is wrong" in caplog.text
    assert not any(piece in caplog.text for piece in (*good.split("."), *bad.split(".")))


def test_nobody_asks_in_anothers_name_but_an_admin(ranch):
    for roles in ((), ("owner",), ("not-administrator",)):
        assert ranch.ask("ada", roles, headers=ranch.headers("grace", roles)).status_code == 401
    assert ranch.ask("ada", headers=ranch.headers("grace", ("admin",))).status_code == 200


def test_a_reserved_site_takes_jobs_of_its_user_and_of_admins_only(ranch):
    ranch.reserve("grace")
    for roles in ((), ("owner",), ("not-administrator",)):
        answer = ranch.ask("ada", roles)
        assert (answer.status_code, answer.text) == (401, RESERVED)
    assert ranch.ask("grace").status_code == 200
    assert ranch.ask("ada", ("admin",)).status_code == 200
    assert ranch.ask("ada", site="two").status_code == 200
    ranch.clock.advance(601)
    assert ranch.ask("ada").status_code == 200


def site_calls(ranch, **headers):
    ulid = ranch.asked()["ulid"]
    which = {"site": "tst", "ulid": ulid}
    return [
        ranch.post("getnewjobs", {"site": "tst"}, **headers),
        ranch.post("updatejobstatus", {**which, "newStatus": "STARTED"}, **headers),
        ranch.post("startjob", which, **headers),
        ranch.post("tst/claim", {"owner": "bridge"}, **headers),
        ranch.post("tst/held", {"owner": "bridge"}, **headers),
    ]


def test_site_software_that_knows_of_no_keys_works(ranch):
    ranch.services.site_keys.make("tst")
    assert [answer.status_code for answer in site_calls(ranch)] == [200] * 5


def test_a_wrong_key_is_refused_even_where_none_is_needed(ranch):
    ranch.services.site_keys.make("tst")
    answers = site_calls(ranch, **{"X-Site-Key": "tst.wrong"})
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, '{"message": "Unauthorized"}')}


def test_with_keys_a_site_is_served_by_its_own_only(strict):
    own, other = (strict.services.site_keys.make(site) for site in ("tst", "two"))
    for headers in ({}, {"X-Site-Key": other}, {"Authorization": f"Site-Key {other}"}, strict.headers("ada")):
        assert {answer.status_code for answer in site_calls(strict, **headers)} == {401}
    for headers in ({"X-Site-Key": own}, {"Authorization": f"Site-Key {own}"}):
        assert {answer.status_code for answer in site_calls(strict, **headers)} == {200}


def test_the_history_of_a_job_tells_who_did_what(strict):
    key = strict.services.site_keys.make("tst")
    ulid = strict.asked(user="ada")["ulid"]
    strict.post("getnewjobs", {"site": "tst"}, **{"X-Site-Key": key})
    strict.post(
        "updatejobstatus", {"site": "tst", "ulid": ulid, "newStatus": "STARTED"}, **{"X-Site-Key": key}
    )
    job = strict.jobs.get("tst", ulid)
    assert job.user_id == "ada"
    told = [(entry.status, entry.by) for entry in job.history]
    assert told == [("UNREAD", "ada"), ("RECEIVED", "site:tst"), ("STARTED", "site:tst")]


def test_no_owner_hides_whose_key_it_was(strict):
    key = {"X-Site-Key": strict.services.site_keys.make("tst")}
    ulid = strict.asked()["ulid"]
    for path, more in (("claim", {}), (f"{ulid}/release", {}), ("claim", {})):
        assert strict.post(f"tst/{path}", {"owner": "site:two", **more}, **key).status_code == 200
    told = {"owner": "site:two", "newStatus": "STARTED"}
    assert strict.post(f"tst/{ulid}/update", told, **key).status_code == 200
    history = strict.jobs.get("tst", ulid).history
    assert [entry.status for entry in history[1:]] == ["RECEIVED", "UNREAD", "RECEIVED", "STARTED"]
    assert {entry.by for entry in history[1:]} == {"site:tst as site:two"}


def test_the_history_tells_when_an_admin_asks_for_somebody(ranch):
    answer = ranch.ask("ada", headers=ranch.headers("root", ("admin",)))
    [entry] = ranch.jobs.get("tst", answer.json()["ulid"]).history
    assert (entry.by, entry.message) == ("root", "in the name of ada")
    assert answer.json()["user_id"] == "ada"
