"""HostMaster with a real router and real children, some of which misbehave."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocs_sim.testing import RouterInfo
from tests.agents.host_master_bench import Bench, instance, is_gone, kill

pytestmark = pytest.mark.integration

OCS_KEYS = {
    *(
        "next_action",
        "target_state",
        "stability",
        "agent_class",
        "instance_id",
        "operable",
        "restart_required",
    ),
}


@pytest.fixture
def bench(router: RouterInfo, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(router, tmp_path)
    yield bench
    bench.clean()


def test_a_killed_child_is_back_and_registered(bench: Bench, capsys: Any) -> None:
    bench.write_site(instance("child1"), instance("child2"))
    bench.start()
    before = bench.wait_up("child1", "child2")
    kill(before["child1"]["pid"])
    began = time.monotonic()
    bench.wait(lambda: bench.children()["child1"]["pid"] not in (None, before["child1"]["pid"]), "a new pid")
    after = bench.wait_up("child1", "child2")
    seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\n  killed child back and registered after {seconds:.2f} s")
    assert after["child1"]["restarts"] == 1
    assert after["child1"]["last_exit"] == "SIGKILL"
    assert after["child1"]["last_exit_code"] == -9
    assert after["child1"]["ready"]
    assert after["child2"]["pid"] == before["child2"]["pid"]
    assert bench.ops("status", "work", instance_id="child1")[0] == 0
    assert "Detected exit of Steady:child1 with SIGKILL." in str(bench.session()["messages"])
    assert bench.terminate() == 0
    assert bench.processes() == []


def test_a_killed_host_master_is_followed_by_one_that_adopts(bench: Bench) -> None:
    bench.write_site(
        instance("child1"), instance("child2", process_group="pair"), instance("child3", process_group="pair")
    )
    bench.start()
    before = bench.wait_up("child1", "child2", "child3")
    bench.kill()
    assert len(bench.processes()) == 2, "children outlive their HostMaster"
    bench.start("--initial-state", "down")
    after = bench.wait_up("child1", "child2", "child3")
    assert {name: each["pid"] for name, each in after.items()} == {
        name: each["pid"] for name, each in before.items()
    }
    assert len(bench.processes()) == 3, "no duplicates"
    assert any("Adopted Steady:child1" in text for _, text in bench.session()["messages"])
    kill(after["child1"]["pid"])
    bench.wait(lambda: bench.children()["child1"]["restarts"] == 1, "an adopted child is restarted too")
    again = bench.wait_up("child1", "child2", "child3")
    assert again["child1"]["last_exit"] == "exit code unknown (it was adopted)"
    bench.terminate()
    assert bench.processes() == []


def test_a_second_host_master_is_refused(bench: Bench) -> None:
    bench.write_site(instance("child1"))
    bench.start()
    before = bench.wait_up("child1")
    first = bench.popen
    bench.start()
    assert bench.popen is not None
    assert bench.popen.wait(30) == 1
    printed = (bench.run_dir / "master.out").read_text()
    assert f"Process {first.pid} looks after host 'localhost' already" in printed
    assert bench.children()["child1"]["pid"] == before["child1"]["pid"]
    assert json.loads((bench.run_dir / "master.json").read_text())["pid"] == first.pid
    bench.popen = first
    bench.terminate()


def test_what_an_earlier_host_master_started_and_nobody_wants_is_ended(bench: Bench) -> None:
    bench.write_site(instance("child1"), instance("old"), instance("mate1", process_group="mates"))
    bench.start()
    before = bench.wait_up("child1", "old", "mate1")
    bench.kill()
    bench.write_site(instance("child1"), instance("mate1"), instance("mate2", process_group="mates"))
    bench.start()
    after = bench.wait_up("child1", "mate1", "mate2")
    bench.wait(lambda: "old" not in bench.children(), "the retired child is gone")
    assert after["child1"]["pid"] == before["child1"]["pid"]
    assert is_gone(before["old"]["pid"])
    assert len(bench.processes()) == 4
    bench.terminate()


def test_a_child_that_cannot_start_says_why_and_is_not_hurried(bench: Bench) -> None:
    bench.write_site(instance("child1"), instance("bad", "Broken"))
    bench.start()

    def keeps_failing() -> Any:
        entry = bench.children().get("bad", {})
        return (
            entry if entry.get("failures_in_a_row", 0) >= 3 and entry["next_action"] == "start_at" else None
        )

    entry = bench.wait(keeps_failing, "three failures")
    assert entry["last_exit"].startswith("exit code ")
    assert entry["last_exit_code"] > 0
    assert "no device on /dev/ttyUSB7" in " ".join(entry["stderr_tail"])
    assert entry["stability"] < 0.5
    assert not entry["ready"]
    assert entry["pid"] is None
    session = bench.session()
    assert session["degraded"]
    assert "bad failed" in session["degraded_reason"]
    assert "next try in" in str(session["messages"])
    bench.wait_up("child1")
    bench.terminate()


def test_a_child_that_ignores_every_signal_is_killed(bench: Bench) -> None:
    bench.write_site(instance("deaf", "Deaf"), instance("child1"))
    bench.start()
    bench.wait_up("deaf", "child1")
    success, text, _ = bench.update(["deaf", "down"], wait_seconds=20)
    assert (success, text) == (True, "Update requested.")
    entry = bench.children()["deaf"]
    assert (entry["next_action"], entry["last_exit"]) == ("down", "SIGKILL")
    assert "Deaf:deaf did not end; sending SIGTERM" in str(bench.session()["messages"])
    assert bench.update(["deaf", "up"], wait_seconds=20)[0]
    assert bench.terminate() == 0
    assert bench.processes() == [], "not even a deaf child outlives an orderly end"


def test_starts_what_others_depend_on_first(bench: Bench) -> None:
    bench.write_site(
        instance("telescope", depends_on=["mount"]),
        instance("mount", depends_on=["power"]),
        instance("power"),
    )
    bench.start()
    children = bench.wait_up("telescope", "mount", "power")
    launched = {text: moment for moment, text in bench.session()["messages"]}
    assert launched["Launched Steady:mount"] >= children["power"]["since"]
    assert launched["Launched Steady:telescope"] >= children["mount"]["since"]
    code, _, _ = bench.ops("stop", "master")
    assert code == 0
    _, _, session = bench.ops("wait", "master", None, timeout=30)
    asked = [text.rpartition(":")[2] for _, text in session["messages"] if "Requesting termination" in text]
    assert asked == ["telescope", "mount", "power"]
    assert session["success"]
    bench.terminate()


def test_a_group_shares_a_process(bench: Bench) -> None:
    bench.write_site(*(instance(name, process_group="pair") for name in ("child1", "child2")))
    bench.start()
    children = bench.wait_up("child1", "child2")
    assert children["child1"]["pid"] == children["child2"]["pid"]
    assert len(bench.processes()) == 2
    assert bench.update(["child2", "restart"], wait_seconds=30)[0]
    after = bench.children()
    assert after["child1"]["pid"] == after["child2"]["pid"] != children["child1"]["pid"]
    bench.terminate()


def test_reads_the_site_file_again(bench: Bench) -> None:
    bench.write_site(instance("child1"), instance("child2"), instance("child3", manage="down"))
    bench.start()
    before = bench.wait_up("child1", "child2")
    assert before["child3"]["next_action"] == "down"
    bench.write_site(
        instance("child1", env={"COLOUR": "red"}), instance("child3", manage="down"), instance("child4")
    )
    assert bench.update(["child3", "up"], reload_config=True, wait_seconds=30)[:2] == (
        True,
        "Update requested.",
    )
    after = bench.wait_up("child1", "child3", "child4")
    bench.wait(lambda: "child2" not in bench.children(), "child2 is gone")
    assert after["child1"]["pid"] == before["child1"]["pid"]
    assert after["child1"]["restart_required"]
    assert is_gone(before["child2"]["pid"])
    assert bench.session()["data"]["config_parse_status"]["[SCF]"][0] is True
    bench.terminate()


def test_a_site_file_with_faults_changes_nothing(bench: Bench) -> None:
    bench.write_site(instance("child1"))
    bench.start()
    before = bench.wait_up("child1")
    good = bench.site_file.read_text()
    bench.site_file.write_text("hub: [\n")
    success, text, _ = bench.update(["child1", "down"], reload_config=True)
    assert not success
    assert text.startswith("Nothing was changed, the site file has faults: ")
    session = bench.wait(lambda: (each := bench.session())["degraded"] and each, "degraded")
    ok, _, fault = session["data"]["config_parse_status"]["[SCF]"]
    assert not ok
    assert str(bench.site_file) in fault
    assert bench.children()["child1"]["pid"] == before["child1"]["pid"]
    bench.site_file.write_text(good)
    assert bench.update(reload_config=True)[0]
    bench.wait(lambda: not bench.session()["degraded"], "recovered")
    bench.terminate()


def test_speaks_as_host_manager_does(bench: Bench) -> None:
    bench.write_site(instance("child1"), instance("typo", "Stedy"))
    bench.start()
    bench.wait_up("child1")
    code, text, session = bench.ops("status", "manager")
    assert (code, text) == (0, "Session active.")
    data = session["data"]
    assert set(data) >= {"child_states", "config_parse_status", "orphans", "new_tags"}
    assert all(set(each) >= OCS_KEYS for each in data["child_states"])
    entry = bench.children()["typo"]
    assert (entry["next_action"], entry["operable"]) == ("?", False)
    assert "Steady" in entry["problem"]
    bench.wait(lambda: bench.children()["child1"]["rss_bytes"], "memory is measured")
    assert bench.ops("start", "manager", {})[:2] == [-1, 'Operation "manager" already in progress.']

    success, text, _ = bench.update(["chld1", "down"], ["child1", "sideways"], ["typo", "up"])
    assert not success
    assert "invalid target 'chld1', did you mean 'child1'?" in text
    assert "invalid state 'sideways' for 'child1'" in text
    assert "typo cannot be started" in text
    assert bench.children()["child1"]["next_action"] == "up"

    for name in ("remove_orphans", "docker_pull"):
        assert bench.ops("start", name)[0] == 0
        assert "docker" in str(bench.ops("wait", name, None, timeout=10)[2]["messages"])

    assert bench.ops("stop", "manager")[0] == 0
    assert bench.ops("wait", "manager", None, timeout=20)[0] == 0
    assert bench.update(["child1", "up"])[:2] == (
        False,
        "Manager process is not running; params not updated.",
    )
    assert bench.ops("start", "manager", {"requests": [["all", "down"], ["child1", "up"]]})[0] == 0
    bench.wait_up("child1")

    assert bench.ops("start", "die", {})[0] == 0
    assert bench.popen is not None
    assert bench.popen.wait(30) == 0
    assert bench.processes() == []


def test_one_without_a_heartbeat_is_asked(bench: Bench) -> None:
    bench.write_site(instance("quiet", "Quiet"))
    bench.start()
    assert bench.wait_up("quiet")["quiet"]["last_heartbeat"] is None
    bench.terminate()


def test_nothing_is_started_that_is_meant_to_be_down(bench: Bench) -> None:
    bench.write_site(instance("child1"), instance("child2", manage="ignore"))
    bench.start("--initial-state", "down")
    bench.wait(lambda: bench.children().get("child1", {}).get("next_action") == "down", "an answer")
    assert "child2" not in bench.children()
    assert bench.update(["all", "up"], wait_seconds=30)[0]
    assert len(bench.processes()) == 2
    bench.terminate()


def test_its_own_output_stays_small(bench: Bench) -> None:
    bench.write_site()
    bench.run_dir.mkdir(parents=True)
    printed = bench.run_dir / "master.out"
    printed.write_bytes(b"early words\n" * 400_000)
    bench.start()
    bench.wait(lambda: printed.stat().st_size < 100_000, "the file is cut")
    assert (bench.run_dir / "master.out.1").stat().st_size < 100_000
    bench.terminate()
