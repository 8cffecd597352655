"""An agent that OCS's own code runs, on our router: seen, archived and driven."""

import pytest

from ocs_sim import Client
from ocs_sim.archive import Archive
from tests.observatory import eventually

pytestmark = pytest.mark.integration
ADDRESS = "observatory.ocs-faker"


@pytest.fixture(scope="module")
def client(observatory, faker):
    with Client(faker, site_file=observatory.site_file, site_host="localhost") as client:
        yield client


def test_our_registry_sees_it(observatory, faker):
    def registered():
        return observatory.json("call", "registry", "main", "status")["session"]["data"].get(ADDRESS)

    seen = eventually(registered, "OCS's agent in the Registry")
    assert seen["agent_class"] == "FakeDataAgent"
    assert seen["expired"] is False


def test_our_client_runs_its_task_and_sees_it_fail(client):
    assert client.delay_task(delay=0.1).session["success"] is True
    assert client.delay_task(delay=0.1, succeed=False).session["success"] is False


def test_our_client_runs_its_process_and_our_aggregator_archives_its_feed(observatory, client):
    assert client.acq.start().ok

    def archived():
        fields = Archive(observatory.data_directory).fields("ocs-faker.*")
        return [field for field in fields if field.samples > 20]

    fields = eventually(archived, "samples of OCS's agent in the archive")
    assert [field.name for field in fields] == [
        "ocs-faker.false_temperatures.temps.channel_00",
        "ocs-faker.false_temperatures.temps.channel_01",
    ]
    client.acq.stop()
    assert client.acq.wait(timeout_seconds=20).session["status"] == "done"
