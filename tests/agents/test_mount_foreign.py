"""The Mount agent and an Alpaca server of another make, in another process, which may also be killed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from ocs_sim.agents.mount import Mount

from ocs_sim.testing import AgentHarness
from tests.agents.mount_bench import QUICK, begin, do, end_of, fail, last

PROGRAM = Path(__file__).with_name("foreign_alpaca.py")
pytestmark = pytest.mark.integration


@contextmanager
def foreign_server(port=0, seconds=0.2):
    words = [sys.executable, str(PROGRAM), "--port", str(port), "--seconds", str(seconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.port = int(process.stdout.readline())
            yield process
        finally:
            process.kill()


@contextmanager
def mount_at(port):
    words = [
        "--port",
        str(port),
        "--telescope",
        "7",
        "--sun-avoidance",
        "0",
        "--lowest-altitude",
        "-90",
        *QUICK,
    ]
    with AgentHarness(Mount, arguments=words) as harness:
        harness.until(lambda: bool(harness.blocks("pointing")))
        yield harness


def test_it_does_with_another_server_what_it_does_with_ours():
    with foreign_server() as server, mount_at(server.port) as mount:
        do(mount, "goto", ra=100.0, dec=-40.0)
        sample = last(mount)
        assert (sample["ra"], sample["dec"]) == pytest.approx((100.0, -40.0))
        assert (sample["tracking"], sample["at_home"], sample["pier_side"]) == (True, False, 0)
        assert abs(sample["clock_offset"]) < 2.0
        assert "refused to park: park is not implemented (error 0x400)." in fail(mount, "park")
        do(mount, "stop")
        assert last(mount)["tracking"] is False


def test_a_server_that_dies_in_the_middle_of_a_slew_and_is_started_again():
    with foreign_server(seconds=60.0) as server, mount_at(server.port) as mount:
        begin(mount, "goto", "slewing", ra=100.0, dec=-40.0)
        mount.until(lambda: last(mount)["slewing"])
        server.kill()
        server.wait()
        success, text = end_of(mount.wait("goto"))
        assert success is False
        assert f"telescope 7 at 127.0.0.1:{server.port} was lost while it was to finish the slew" in text
        mount.until(lambda: mount.status("monitor").session["degraded"])
        with foreign_server(server.port):
            mount.until(lambda: not mount.status("monitor").session["degraded"])
            do(mount, "goto", ra=100.0, dec=-40.0)
