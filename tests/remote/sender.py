"""Somebody who commands an observatory from elsewhere, and follows the image to where its link leads."""

import io
import json
import urllib.request

import pytest
from astropy.io import fits

from ocs_sim.remote import Remote
from ocs_sim.site import load
from ocs_sim.stores import open_stores
from tests.observatory import eventually


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
        return next(job for job in found if job["ulid"] == ulid)

    def completed(self, ulid):
        """Return a job, as the client shows it, once it has ended well."""
        # Waiting by the client itself would keep a computer busy with starting Python.
        with open_stores(load(self.observatory.site_file).stores) as stores:
            ended = Remote("mini", stores).await_end(ulid, 90)
        assert ended is not None
        assert ended.status == "COMPLETE", ended.history
        return self.job(ulid)

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


def command(observatory):
    """Send commands to a site that is not there; return the sender, and the jobs."""
    sender = Sender(observatory)
    sent = [sender.send(*words.split()) for words in ("open_dome", "goto_azalt az=120 alt=60", "expose 1")]
    assert observatory.obsbow("client", "status").returncode == 3
    return sender, sent


def follow(sender, sent):
    """Find that the site, which is there now, did what was sent; follow its image to where the link leads."""
    dome, slew, image = sent
    sender.completed(dome)
    sender.completed(slew)
    job = sender.completed(image)
    [name] = job["result"]["images"]
    with sender.opened_by_link(name) as file:
        assert file[0].data.shape == (1024, 1024)
        assert file[0].header["EXPTIME"] == pytest.approx(1.0)
    assert sender.observatory.json("client", "status")["online"]
