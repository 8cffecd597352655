"""An agent that OCS's own code runs, on our router: seen, archived and driven."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from ocs_sim import Client
from ocs_sim.archive import Archive
from tests.observatory import eventually

pytestmark = pytest.mark.integration
ADDRESS = "observatory.ocs-faker"


@pytest.fixture(scope="module")
def faker(observatory, ocs_python):
    code = "import sys; from ocs.agents.fake_data.agent import main; main(sys.argv[1:])"
    site = ["--site-file", str(observatory.site_file), "--site-host", "localhost", "--instance-id", "ocs-faker"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [ocs_python, "-c", code, *site], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=observatory.directory
        )
        yield process
        process.kill()
        process.wait()


def registered(observatory):
    found = observatory.json("call", "registry", "main", "status")["session"]["data"]
    return found.get(ADDRESS)


def test_our_registry_sees_it(observatory, faker):
    seen = eventually(lambda: registered(observatory), "OCS's agent in the Registry")
    assert seen["agent_class"] == "FakeDataAgent"
    assert seen["expired"] is False


def test_our_aggregator_archives_it(observatory, faker):
    def archived():
        fields = Archive(observatory.data_directory).fields("ocs-faker.*")
        return [field for field in fields if field.samples > 20]

    fields = eventually(archived, "samples of OCS's agent in the archive")
    assert [field.name for field in fields] == [
        "ocs-faker.false_temperatures.temps.channel_00",
        "ocs-faker.false_temperatures.temps.channel_01",
    ]


def test_our_client_drives_it(observatory, faker):
    eventually(lambda: registered(observatory), "OCS's agent in the Registry")
    with Client("ocs-faker", site_file=observatory.site_file, site_host="localhost") as client:
        assert client.delay_task(delay=0.1).session["success"] is True
        assert client.acq.status().session["status"] == "running"
        client.acq.stop()
        assert client.acq.wait(timeout_seconds=20).session["status"] == "done"
        assert client.acq.start().ok
