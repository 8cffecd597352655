"""A site's jobs page by page, and all that is known of one."""

from __future__ import annotations

from tests.ranch.ranch_bench import Ranch


def page(ranch, **query):
    answer = ranch.http.get("/jobs/tst", params=query)
    assert answer.status_code == 200, answer.text
    return [job["ulid"] for job in answer.json()["jobs"]], answer.json()["after"]


def test_jobs_come_page_by_page(ranch):
    ulids = [ranch.asked()["ulid"] for _ in range(5)]
    first, after = page(ranch, limit=2)
    second, after = page(ranch, limit=2, after=after)
    third, after = page(ranch, limit=2, after=after)
    assert [*first, *second, *third] == ulids
    assert (len(first), len(second), after) == (2, 2, None)
    assert page(ranch) == (ulids, None)


def test_pages_may_be_of_one_status(ranch):
    ulids = [ranch.asked()["ulid"] for _ in range(6)]
    for ulid in ulids[1::2]:
        ranch.jobs.update("tst", ulid, "FAILED")
    failed, after = page(ranch, status="FAILED", limit=2)
    rest, _ = page(ranch, status="FAILED", limit=2, after=after)
    assert [*failed, *rest] == ulids[1::2]
    assert page(ranch, status="COMPLETE") == ([], None)


def test_pages_may_begin_at_a_time(ranch):
    ranch.asked()
    ranch.clock.advance(60)
    new = ranch.asked()["ulid"]
    assert page(ranch, since=int(1000 * ranch.clock.time())) == ([new], None)


def test_one_job_tells_all(ranch):
    ulid = ranch.asked()["ulid"]
    ranch.jobs.update("tst", ulid, "COMPLETE", message="well", result={"images": ["a.fits"]})
    job = ranch.http.get(f"/jobs/tst/{ulid}").json()
    assert [(each["status"], each["message"]) for each in job["history"]] == [
        ("UNREAD", ""),
        ("COMPLETE", "well"),
    ]
    assert (job["result"], job["status"]) == ({"images": ["a.fits"]}, "COMPLETE")


def test_a_job_that_is_not_there_is_not_found(ranch):
    answer = ranch.http.get("/jobs/tst/01HF7YAT00FNBSTN5AN7QXPNA6")
    assert (answer.status_code, answer.text) == (404, "There is no job 01HF7YAT00FNBSTN5AN7QXPNA6 at tst.")


def test_bad_queries_are_told_all_at_once(shared):
    answer = shared.http.get("/jobs/tst", params={"limit": "many", "since": -1})
    assert answer.status_code == 400
    assert "limit" in answer.text
    assert "since" in answer.text
    answer = shared.http.get("/jobs/tst", params={"after": "nonsense", "limit": 1})
    assert answer.status_code == 400
    assert shared.http.get("/jobs/tst", params={"limit": 0}).status_code == 400


def test_with_keys_users_and_the_site_itself_may_look(tmp_path):
    with Ranch(tmp_path, mode="keys") as ranch:
        keys = {site: ranch.services.site_keys.make(site) for site in ("tst", "two")}
        path = f"/jobs/tst/{ranch.asked()['ulid']}"
        seen = {
            name: [ranch.http.get(each, headers=headers).status_code for each in ("/jobs/tst", path)]
            for name, headers in {
                "nobody": {},
                "a user": ranch.headers("bob"),
                "the site": {"X-Site-Key": keys["tst"]},
                "another site": {"X-Site-Key": keys["two"]},
                "a forger": {"Authorization": "Bearer x.y.z"},
            }.items()
        }
    assert seen == {
        "nobody": [401, 401],
        "a user": [200, 200],
        "the site": [200, 200],
        "another site": [401, 401],
        "a forger": [401, 401],
    }
