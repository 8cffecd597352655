"""From a command to a file that opens: through every part, with nothing in place of any of them."""

import io
import json
import urllib.request

import pytest
from astropy.io import fits

from tests.emulators import running_ministack
from tests.observatory import eventually, lay_out

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(240)]

ON_AWS = """stores:
  queue: sqs://us-east-1?prefix=night-
  documents: dynamodb://us-east-1?prefix=night-
  objects: s3://night-images/first?region=us-east-1
"""


class Sender:
    """Somebody at the client, who knows nothing of the site but its file."""

    def __init__(self, observatory):
        self.observatory = observatory

    def send(self, *words):
        done = self.observatory.obsbow("client", *words, "--json")
        assert (done.returncode, done.stderr) == (0, ""), done
        return json.loads(done.stdout)["job"]

    def job(self, ulid):
        found = self.observatory.json("client", "jobs", "50")["jobs"]
        return next((job for job in found if job["ulid"] == ulid), None)

    def end_of(self, ulid):
        """Return a job that has ended."""

        def ended():
            job = self.job(ulid)
            status = job["statusId"].split("#")[0] if job else ""
            return job if status in ("COMPLETE", "FAILED", "CANCELED", "EXPIRED") else None

        return eventually(ended, f"the end of {ulid}", 90)

    def completed(self, ulid):
        job = self.end_of(ulid)
        assert job["statusId"].startswith("COMPLETE#"), job
        return job

    def opened_by_link(self, name):
        """Return what the link to the latest image leads to, once that is this one."""

        def link():
            told = json.loads(self.observatory.obsbow("client", "get_url", "--json").stdout)
            return told if told["url"] and told["image"].endswith(f"/{name}") else None

        told = eventually(link, f"a link to {name}")
        assert told["opens"]
        return opened(told["url"])


def opened(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return fits.open(io.BytesIO(answer.read()))


def commanded_before_the_site_was_there(observatory):
    """Command a site that is not there, start it, and follow the image to where the link leads."""
    sender = Sender(observatory)
    dome, slew, image = (
        sender.send(*words.split()) for words in ("open_dome", "goto_azalt az=120 alt=60", "expose 1")
    )
    assert observatory.obsbow("client", "status").returncode == 3
    observatory.well("up")
    sender.completed(dome)
    sender.completed(slew)
    job = sender.completed(image)
    [name] = job["result"]["images"]
    with sender.opened_by_link(name) as file:
        assert file[0].data.shape == (1024, 1024)
        assert file[0].header["EXPTIME"] == pytest.approx(1.0)
    assert observatory.json("client", "status")["online"]
    return sender


def post(observatory, path, body, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"http://127.0.0.1:{observatory.api_port}{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


@pytest.fixture
def observatory(tmp_path):
    observatory = lay_out(tmp_path / "night", telescope=True, remote=True)
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


def test_commands_from_the_shell_and_over_http_end_in_files_that_open(observatory):
    sender = commanded_before_the_site_was_there(observatory)
    token = observatory.well("token", "--user", "ada").strip()
    asked = {
        "site": "mini",
        "device": "camera",
        "instance": "camera1",
        "action": "expose",
        "user_name": "Ada",
        "user_id": "ada",
        "required_params": {"time": "0.5", "image_type": "light"},
        "optional_params": {"count": 2, "filter": "R", "object_name": "M 42"},
    }
    job = post(observatory, "/jobs/newjob", asked, token)
    assert job["statusId"] == f"UNREAD#{job['ulid']}"
    done = sender.completed(job["ulid"])
    assert len(set(done["result"]["images"])) == 2
    told = [entry["status"] for entry in done["history"]]
    assert told[:3] == ["UNREAD", "RECEIVED", "STARTED"]
    assert told[-1] == "COMPLETE"
    with sender.opened_by_link(done["result"]["images"][-1]) as file:
        assert (file[0].header["FILTER"], file[0].header["OBJECT"]) == ("R", "M 42")
    recent = post(observatory, "/jobs/getrecentjobs", {"site": "mini"})
    assert recent[-1]["ulid"] == job["ulid"]
    assert post(observatory, "/jobs/getnewjobs", {"site": "mini"}) == []


def test_the_same_through_sqs_dynamodb_and_s3(tmp_path, monkeypatch):
    with running_ministack(tmp_path / "aws") as emulator:
        for name, value in emulator.environment.items():
            monkeypatch.setenv(name, value)
        observatory = lay_out(tmp_path / "night", _on_aws, telescope=True, remote=True)
        refused = observatory.obsbow("client", "park")
        assert refused.returncode == 1
        assert "obsbow aws init" in refused.stderr
        observatory.well("aws", "init")
        try:
            commanded_before_the_site_was_there(observatory)
        finally:
            observatory.obsbow("down")
        assert observatory.processes() == []
        # The image database was not sent elsewhere; nothing else is kept here.
        kept = {path.name for path in (observatory.directory / "data" / "stores").glob("*.sqlite")}
        assert kept == {"images.sqlite"}


def _on_aws(site):
    assert site.count("\nstores:\n") == 1
    return site.replace("\nstores:\n", f"\n{ON_AWS}")
