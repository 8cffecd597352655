from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from ocs_sim.bus import LoopUnavailable, background_loop, run


def python(program: str, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def outcome(program: str) -> tuple[int, str, str]:
    process = python(program)
    out, error = process.communicate(timeout=60)
    return process.returncode, out, error


@pytest.mark.parametrize(("value", "code"), [("None", 0), ("0", 0), ("3", 3)])
def test_run_returns_the_exit_code_of_main(value, code):
    program = f"""
        import sys
        from ocs_sim.bus import run
        async def main():
            return {value}
        sys.exit(run(main))
    """
    assert outcome(program) == (code, "", "")


def test_run_raises_what_main_raises_and_ends_what_main_left():
    program = """
        import asyncio, threading
        from ocs_sim.bus import run
        async def left():
            try:
                await asyncio.Event().wait()
            finally:
                print("ended")
        async def main():
            global task
            task = asyncio.create_task(left())
            await asyncio.sleep(0)
            raise KeyError("mine")
        try:
            run(main)
        except KeyError as error:
            print(error, threading.active_count())
        try:
            run(main)
        except Exception as error:
            print(error)
    """
    code, out, error = outcome(program)

    assert (code, error) == (0, "")
    assert out.splitlines() == [
        "ended",
        "'mine' 1",
        "The bus cannot run in this process: its loop was started before, and a process has only one.",
    ]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_main(number, code):
    process = python("""
        import asyncio, sys
        from ocs_sim.bus import run
        async def main():
            print("ready", flush=True)
            try:
                await asyncio.Event().wait()
            finally:
                print("cleaned up", flush=True)
        sys.exit(run(main))
    """)
    assert process.stdout.readline() == "ready\n"

    process.send_signal(number)

    assert process.communicate(timeout=30) == ("cleaned up\n", "")
    assert process.returncode == code


def test_twisted_and_asyncio_share_the_loop_of_run():
    program = """
        import asyncio
        from ocs_sim.bus import background_loop, run
        async def main():
            from twisted.internet import defer, reactor, task
            assert background_loop() is asyncio.get_running_loop()
            deferred = task.deferLater(reactor, 0.01, lambda: "from twisted")
            print(await deferred.asFuture(asyncio.get_running_loop()))
        run(main)
    """
    assert outcome(program) == (0, "from twisted\n", "")


def test_background_loop_is_one_daemon_thread():
    loops = []
    threads = [threading.Thread(target=lambda: loops.append(background_loop())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(map(id, loops))) == 1
    drivers = [thread for thread in threading.enumerate() if thread.name == "ocs-sim-loop"]
    assert [thread.daemon for thread in drivers] == [True]


def test_background_loop_serves_a_program_that_has_its_own_loop():
    async def inside() -> int:
        async def work() -> int:
            return threading.get_ident()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), background_loop()))

    assert asyncio.run(inside()) != threading.get_ident()


def test_run_says_that_the_loop_is_taken():
    background_loop()

    with pytest.raises(LoopUnavailable, match="only one"):
        run(None)


def test_a_program_that_used_the_background_loop_ends_at_once_and_silently():
    program = """
        import asyncio
        from ocs_sim.bus import background_loop, Connection, Endpoint
        async def begin():
            connection = Connection([Endpoint.parse("ws://127.0.0.1:1/ws")], "realm", name="x")
            connection.start()
        asyncio.run_coroutine_threadsafe(begin(), background_loop()).result()
    """
    assert outcome(program) == (0, "", "")


def test_a_fork_is_told_that_the_loop_did_not_come_along():
    program = """
        import os
        from ocs_sim.bus import background_loop
        background_loop()
        if os.fork() == 0:
            try:
                background_loop()
            except RuntimeError as error:
                print(error, flush=True)
            os._exit(0)
        os.wait()
    """
    code, out, error = outcome(program)

    assert (code, error) == (0, "")
    assert "started before a fork" in out


def test_another_reactor_is_told():
    program = """
        import twisted.internet.reactor
        from ocs_sim.bus import background_loop
        try:
            background_loop()
        except RuntimeError as error:
            print(error)
    """
    code, out, error = outcome(program)

    assert (code, error) == (0, "")
    assert "another Twisted reactor is installed" in out


def test_a_reactor_that_was_prepared_is_the_one_that_runs():
    program = """
        from ocs_sim.bus import prepare, run
        prepare()
        prepare()
        from twisted.internet import reactor
        async def main():
            print(type(reactor).__name__, reactor.running)
        run(main)
    """
    assert outcome(program) == (0, "AsyncioSelectorReactor True\n", "")


def test_calling_over_http_costs_neither_autobahn_nor_asyncio():
    program = """
        import sys
        from ocs_sim.bus import CallFailed, HttpCaller
        print([name for name in ("asyncio", "autobahn", "twisted", "uvloop") if name in sys.modules])
    """
    assert outcome(program) == (0, "[]\n", "")


def test_every_public_name_is_there():
    import ocs_sim.bus

    assert set(ocs_sim.bus.__all__) == set(dir(ocs_sim.bus))
    for name in ocs_sim.bus.__all__:
        assert getattr(ocs_sim.bus, name)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = ocs_sim.bus.nonsense


def test_what_a_program_starts_gets_its_environment_as_it_was():
    code, out, error = outcome("""
        import os
        before = dict(os.environ)
        from ocs_sim.bus import background_loop
        background_loop()
        import ocs_sim.bus._transports
        print(dict(os.environ) == before)
    """)
    assert (code, out.strip(), error) == (0, "True", "")
