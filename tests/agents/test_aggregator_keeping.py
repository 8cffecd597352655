"""The Aggregator deletes what it was told not to keep, as new files are sealed."""

from __future__ import annotations

import threading

import pytest
from ocs_sim.agents.aggregator import Aggregator
from ocs_sim.agents.fake_data import FakeData

from ocs_sim.archive import Archive
from ocs_sim.testing import AgentHarness, wait_until

# Sealing is done by real child processes.
pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("look_often")]


def test_the_oldest_files_go_once_there_is_more_than_may_be_kept(bus, tmp_path):
    words = ["--data-dir", "hk", "--initial-state", "record", "--bytes-per-file", "100000"]
    words += ["--keep-gigabytes", "0.0001"]

    def texts():
        return [text for _, text in harness.status("record").session["messages"]]

    with (
        AgentHarness(Aggregator, bus=bus, instance_id="agg", directory=tmp_path, arguments=words) as harness,
        AgentHarness(FakeData, bus=bus, instance_id="data1", directory=tmp_path) as fake,
    ):
        assert fake.run("sampler", blocks=600, blocks_per_second=300.0, coalesce=False).session["success"]
        harness.until(lambda: any("oldest files" in text for text in texts()), 60)
    wait_until(lambda: not any(each.name == "archive-retention" for each in threading.enumerate()))
    numbers = [each.sequence for each in published(tmp_path)]
    assert numbers == list(range(numbers[0], 600))
    assert numbers[0] > 0


def published(tmp_path):
    with Archive(tmp_path / "hk") as archive:
        return list(archive.as_published())


def test_nothing_is_deleted_unless_that_was_asked_for(bus, tmp_path):
    words = ["--data-dir", "hk", "--initial-state", "record", "--bytes-per-file", "200000"]
    with (
        AgentHarness(Aggregator, bus=bus, instance_id="agg", directory=tmp_path, arguments=words) as harness,
        AgentHarness(FakeData, bus=bus, instance_id="data1", directory=tmp_path) as fake,
    ):
        assert fake.run("sampler", blocks=500, blocks_per_second=500.0, coalesce=False).session["success"]
        harness.until(lambda: len(published(tmp_path)) == 500)
        harness.until(lambda: harness.status("record").session["data"]["counters"]["sealed_files"] >= 1)
    assert [each.sequence for each in published(tmp_path)] == list(range(500))
