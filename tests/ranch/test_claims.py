"""What the software that does a site's jobs asks."""

from __future__ import annotations

import pytest


def claim(ranch, owner="bridge", **more):
    answer = ranch.post("tst/claim", {"owner": owner, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_claimed_job_is_held_renewed_and_reported(ranch):
    ulid = ranch.asked()["ulid"]
    (job,) = claim(ranch, lease_seconds=60)
    assert (job["ulid"], job["status"], job["lease"]["owner"]) == (ulid, "RECEIVED", "bridge")
    assert claim(ranch, "another") == []
    assert [each["ulid"] for each in ranch.post("tst/held", {"owner": "bridge"}).json()] == [ulid]
    ranch.clock.advance(30)
    renewed = ranch.post(f"tst/{ulid}/renew", {"owner": "bridge", "lease_seconds": 60}).json()
    assert renewed["lease"]["untilUnix"] == ranch.clock.time() + 60
    told = {"owner": "bridge", "newStatus": "COMPLETE", "message": "done", "result": {"images": ["a.fits"]}}
    answer = ranch.post(f"tst/{ulid}/update", told)
    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETE")
    assert answer.json()["result"] == {"images": ["a.fits"]}
    assert answer.json()["history"][-1]["by"] == "anonymous as bridge"


def test_a_lease_that_lapses_gives_the_job_to_the_next(ranch):
    ulid = ranch.asked()["ulid"]
    claim(ranch, lease_seconds=10)
    ranch.clock.advance(11)
    assert [job["ulid"] for job in claim(ranch, "another")] == [ulid]
    late = ranch.post(f"tst/{ulid}/update", {"owner": "bridge", "newStatus": "STARTED"})
    assert late.status_code == 409
    assert late.text.startswith(f"Job {ulid} of tst is not held by bridge")
    assert ranch.post(f"tst/{ulid}/renew", {"owner": "bridge"}).status_code == 409


def test_a_job_is_given_back(ranch):
    ulid = ranch.asked()["ulid"]
    claim(ranch)
    assert ranch.post(f"tst/{ulid}/release", {"owner": "bridge"}).json()["status"] == "UNREAD"
    assert [job["ulid"] for job in claim(ranch, "another")] == [ulid]


def test_jobs_are_claimed_by_device_and_by_urgency(ranch):
    go = ranch.asked()["ulid"]
    expose = ranch.asked(device="camera", action="expose")["ulid"]
    stop = ranch.asked(action="stop")["ulid"]
    assert [job["ulid"] for job in claim(ranch, urgent=True, limit=5)] == [stop]
    assert [job["ulid"] for job in claim(ranch, device_types=["camera"], limit=5)] == [expose]
    assert [job["ulid"] for job in claim(ranch, limit=5)] == [go]


def test_a_user_cancels_what_is_his(ranch):
    mine, other = ranch.asked()["ulid"], ranch.asked(user="bob")["ulid"]
    refused = ranch.post(f"tst/{other}/cancel", {}, **ranch.headers())
    assert (refused.status_code, refused.text) == (403, "You may only cancel your own jobs.")
    assert ranch.post(f"tst/{mine}/cancel", {}).status_code == 401
    done = ranch.post(f"tst/{mine}/cancel", {"message": "clouds"}, **ranch.headers()).json()
    assert (done["status"], done["history"][-1]["message"]) == ("CANCELED", "clouds")
    silent = ranch.http.post(f"/jobs/tst/{other}/cancel", headers=ranch.headers("root", ["admin"]))
    assert (silent.status_code, silent.json()["history"][-1]["by"]) == (200, "root")
    assert ranch.post("getnewjobs", {"site": "tst"}).json() == []


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("tst/claim", {}, "missing required key owner"),
        ("tst/claim", {"owner": ""}, "owner"),
        ("tst/claim", {"owner": 5}, "owner must be a text"),
        ("tst/claim", {"owner": "b", "lease_seconds": 0}, "lease_seconds must be above 0"),
        ("tst/claim", {"owner": "b", "lease_seconds": 1e9}, "at most 43200"),
        ("tst/claim", {"owner": "b", "limit": 1000}, "limit must be above 0 and at most 100"),
        ("tst/claim", {"owner": "b", "limit": 0.5}, "limit must be a whole number"),
        ("tst/claim", {"owner": "b", "device_types": "mount"}, "device_types must be a list of texts"),
        ("tst/x/update", {"owner": "b"}, "missing required key newStatus"),
        ("tst/x/update", {"newStatus": "A", "result": []}, "result must be an object"),
    ],
)
def test_faults_are_told(shared, path, body, word):
    answer = shared.post(path, body)
    assert answer.status_code == 400
    assert word in answer.text
    assert answer.text.startswith("Error: ")


@pytest.mark.parametrize("path", ["renew", "release", "update", "cancel"])
def test_a_job_that_is_not_there_cannot_be_changed(shared, path):
    body = {"owner": "b", "newStatus": "STARTED"}
    assert shared.post(f"tst/01HF7YAT00FNBSTN5AN7QXPNA6/{path}", body, **shared.headers()).status_code == 404
