"""Real processes: what they print, how they end, and that they outlive whoever started them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from ocs_sim.agent import pidfile
from ocs_sim.clock import SystemClock
from ocs_sim.supervise import (
    ChildMachine,
    ChildState,
    Exit,
    Gate,
    Handle,
    LocalProcesses,
    Member,
    NotSpawned,
    Policy,
    ProcessSpec,
    Target,
    find_living,
    find_strays,
)

pytestmark = pytest.mark.integration

STUBBORN = """
    import signal, time
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(600)
"""
SLEEPER = "import time; print('awake', flush=True); time.sleep(600)"


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def processes(run_dir: Path) -> Iterator[LocalProcesses]:
    local = LocalProcesses(run_dir)
    yield local
    local.close()


def spec(run_dir: Path, program: str, *ids: str, name: str = "data1") -> ProcessSpec:
    members = tuple(Member(each, "FakeDataAgent") for each in ids or (name,))
    command = (sys.executable, "-c", textwrap.dedent(program))
    return ProcessSpec(name, members, command, {"COLOUR": "red"}, run_dir.parent)


def wait_for(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)
    return found


def wait_for_exit(processes: LocalProcesses, handle: Handle) -> Exit:
    return wait_for(lambda: processes.poll(handle))


def test_exit_code_last_lines_and_environment(processes: LocalProcesses, run_dir: Path) -> None:
    program = """
        import os, sys
        print(os.environ["COLOUR"], os.getcwd(), sys.stdin.read() == "")
        raise ValueError("no such mount")
    """
    handle = processes.spawn(spec(run_dir, program))
    ended = wait_for_exit(processes, handle)
    assert (ended.code, ended.text) == (1, "exit code 1")
    assert ended.output_tail[0] == f"red {run_dir.parent} True"
    assert ended.output_tail[-1] == "ValueError: no such mount"
    assert processes.poll(handle) is None, "an exit is told once"
    assert not list(run_dir.glob("*.json")), "its pid file is gone with it"


def test_a_child_has_a_session_a_pid_file_and_is_measured(processes: LocalProcesses, run_dir: Path) -> None:
    handle = processes.spawn(spec(run_dir, SLEEPER))
    assert os.getsid(handle.pid) == handle.pid
    (living,) = find_living(run_dir)
    assert living.handle.pid == handle.pid
    assert living.classes == {"data1": "FakeDataAgent"}
    assert wait_for(lambda: (usage := processes.usage(handle)) and usage.rss_bytes > 1_000_000)
    processes.signal(handle, signal.SIGKILL)
    assert wait_for_exit(processes, handle).text == "SIGKILL"
    assert processes.usage(handle) is None
    processes.signal(handle, signal.SIGKILL)


def test_output_of_the_run_before_is_kept_once(processes: LocalProcesses, run_dir: Path) -> None:
    for word in ("first", "second", "third"):
        wait_for_exit(processes, processes.spawn(spec(run_dir, f"print({word!r})")))
    assert (run_dir / "data1.out").read_text() == "third\n"
    assert (run_dir / "data1.out.1").read_text() == "second\n"


def test_a_file_that_grows_is_shortened_and_written_on(processes: LocalProcesses, run_dir: Path) -> None:
    program = """
        import sys
        sys.stdout.write("x" * 99 + "\\n")
        for _ in range(50_000):
            sys.stdout.write("y" * 99 + "\\n")
        print("large", file=sys.stderr, flush=True)
        import time; time.sleep(600)
    """
    handle = processes.spawn(spec(run_dir, program))
    output = run_dir / "data1.out"
    wait_for(lambda: output.exists() and output.stat().st_size > 5_000_000)
    processes.usage(handle)
    assert output.stat().st_size < 1_000
    assert (run_dir / "data1.out.1").stat().st_size < 100_000
    processes.signal(handle, signal.SIGKILL)
    wait_for_exit(processes, handle)


def test_quiet_keeps_stderr_only(run_dir: Path) -> None:
    quiet = LocalProcesses(run_dir, quiet=True)
    handle = quiet.spawn(spec(run_dir, "import sys; print('chatter'); sys.exit('fatal')"))
    assert wait_for_exit(quiet, handle).output_tail == ("fatal",)


def test_a_command_that_is_not_there(processes: LocalProcesses, run_dir: Path) -> None:
    missing = ProcessSpec("data1", (Member("data1", "X"),), ("/no/such/program",), {}, run_dir.parent)
    with pytest.raises(NotSpawned, match=r"X:data1 could not be started: .*No such file"):
        processes.spawn(missing)


def test_a_stubborn_child_is_killed(processes: LocalProcesses, run_dir: Path) -> None:
    said: list[str] = []
    policy = Policy(terminate_after_seconds=0.2, kill_after_seconds=0.4)
    machine = ChildMachine(spec(run_dir, STUBBORN), processes, SystemClock(), policy, said.append)
    machine.set_target(Target.UP)
    machine.tick(Gate())
    wait_for(lambda: (run_dir / "data1.out").read_text() == "deaf\n")
    machine.set_target(Target.DOWN)

    def is_down() -> bool:
        machine.tick(Gate())
        return machine.state is ChildState.DOWN

    wait_for(is_down)
    assert machine.last_exit is not None
    assert machine.last_exit.text == "SIGKILL"
    assert [text for text in said if "sending" in text] == [
        "FakeDataAgent:data1 did not end; sending SIGTERM",
        "FakeDataAgent:data1 did not end; sending SIGKILL",
    ]


def test_sigkill_takes_grandchildren_along(processes: LocalProcesses, run_dir: Path) -> None:
    program = """
        import subprocess, sys, time
        print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
        time.sleep(600)
    """
    handle = processes.spawn(spec(run_dir, program))
    pid = int(wait_for(lambda: (run_dir / "data1.out").read_text().strip()))
    processes.signal(handle, signal.SIGKILL)
    wait_for_exit(processes, handle)
    wait_for(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_an_exit_wakes_the_loop(run_dir: Path) -> None:
    async def main() -> None:
        woken = asyncio.Event()
        local = LocalProcesses(run_dir, loop=asyncio.get_running_loop(), on_exit=woken.set)
        handle = local.spawn(spec(run_dir, "pass"))
        async with asyncio.timeout(20):
            await woken.wait()
        assert local.poll(handle) == Exit("exit code 0", 0)
        local.close()

    asyncio.run(main())


def spawn_and_die(run_dir: Path, wanted: ProcessSpec) -> None:
    """Let another process start a child and then die of SIGKILL."""
    program = f"""
        import os, signal
        from pathlib import Path
        from ocs_sim.supervise import LocalProcesses, Member, ProcessSpec
        members = {[(each.instance_id, each.agent_class) for each in wanted.members]!r}
        spec = ProcessSpec({wanted.name!r}, tuple(Member(*each) for each in members), {wanted.command!r},
                           {dict(wanted.environment)!r}, Path({str(wanted.working_dir)!r}))
        LocalProcesses(Path({str(run_dir)!r})).spawn(spec)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_children_outlive_and_are_found_again(processes: LocalProcesses, run_dir: Path) -> None:
    wanted = spec(run_dir, SLEEPER)
    spawn_and_die(run_dir, wanted)
    handle = processes.find(wanted)
    assert handle is not None
    try:
        assert processes.find(wanted) == handle
        assert processes.poll(handle) is None
        assert processes.usage(handle) is not None
        assert processes.find(spec(run_dir, SLEEPER, "data1", "data2")) is None, (
            "other agents are another child"
        )
    finally:
        processes.signal(handle, signal.SIGKILL)
    ended = wait_for_exit(processes, handle)
    assert (ended.code, ended.text) == (None, "exit code unknown (it was adopted)")
    assert ended.output_tail in ((), ("awake",))
    assert processes.find(wanted) is None
    assert not list(run_dir.glob("*.json"))


def test_only_our_own_or_those_in_the_way_are_strays(run_dir: Path) -> None:
    marker = {"COLOUR": "red"}
    wanted = spec(run_dir, SLEEPER, "old1", name="old1")
    spawn_and_die(run_dir, wanted)
    (living,) = find_living(run_dir)
    try:
        # The kernel tells the environment of a new process a moment after its name.
        (stray,) = wait_for(lambda: find_strays([living], [], marker))
        assert stray.handle == living.handle
        assert stray.child.target is Target.DOWN
        assert find_strays([living], [], {"COLOUR": "blue"}) == [], "a person started it"
    finally:
        os.kill(living.handle.pid, signal.SIGKILL)
        wait_for(lambda: not psutil.pid_exists(living.handle.pid))


def test_stale_pid_files_are_removed(run_dir: Path) -> None:
    wanted = spec(run_dir, SLEEPER)
    spawn_and_die(run_dir, wanted)
    (living,) = find_living(run_dir)
    os.kill(living.handle.pid, signal.SIGKILL)
    wait_for(lambda: not psutil.pid_exists(living.handle.pid))
    assert pidfile.read(run_dir / "data1.json") is not None
    assert find_living(run_dir) == []
    assert pidfile.read(run_dir / "data1.json") is None
