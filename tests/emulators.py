"""Emulators of AWS that others wrote, as processes of our own: MiniStack, and moto's server.

They run in an environment of their own, as they want other versions of boto3's parts. Nothing that is
installed with ocs_sim ever uses them. Each has an empty state, listens on 127.0.0.1 only and takes the key
`test`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocs_sim.testing import free_port, wait_until
from ocs_sim.testing._last_will import LastWill
from ocs_sim.testing._leaks import keep

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Emulator:
    """A running emulator."""

    name: str
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes boto3 speak to it, and to nobody else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def find_python() -> Path:
    """Return the Python of the environment with the emulators; skips the test when it is not named."""
    named = os.environ.get("AWS_EMULATORS_PYTHON")
    if not named or not Path(named).exists():
        pytest.skip(
            "AWS_EMULATORS_PYTHON does not name the Python of an environment with ministack==1.5.33 and "
            "moto[server]==5.2.5; `make test` does"
        )
    return Path(named)


@contextmanager
def running_ministack(directory: Path) -> Iterator[Emulator]:
    """Run MiniStack, which checks signatures of links and forms, with its files in `directory`."""
    port = free_port()
    settings = {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "SERVICES": "sqs,dynamodb,dynamodbstreams,s3",
        "S3_DATA_DIR": str(directory / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    url = f"http://127.0.0.1:{port}"
    with _running(["-m", "ministack"], settings, directory, f"{url}/_ministack/health"):
        yield Emulator("MiniStack 1.5.33", url)


@contextmanager
def running_moto(directory: Path) -> Iterator[Emulator]:
    """Run moto's server, which checks no signature at all."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    words = ["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _running(words, {}, directory, f"{url}/moto-api/data.json"):
        yield Emulator("moto 5.2.5", url)


@contextmanager
def _running(words: list[str], settings: Mapping[str, str], directory: Path, health: str) -> Iterator[None]:
    directory.mkdir(parents=True, exist_ok=True)
    python = find_python()
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "TMPDIR": str(directory), **settings}
    with (directory / "log").open("w+") as log:
        process = subprocess.Popen(
            [str(python), *words],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        # It must not outlive a test process that is killed.
        with LastWill(process.pid) as will, keep(lambda: will.executor_pid), keep(lambda: process.pid):
            try:
                wait_until(lambda: _answers(process, health), _START_SECONDS, lambda: _tail(directory))
                yield
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_STOP_SECONDS)
                process.kill()
                process.wait()


def _answers(process: subprocess.Popen[bytes], health: str) -> bool:
    assert process.poll() is None, "the emulator ended at once"
    try:
        with urllib.request.urlopen(health, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _tail(directory: Path) -> str:
    return (directory / "log").read_text()[-2000:]
