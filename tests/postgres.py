"""A PostgreSQL server of our own, for tests: Debian's, in a temporary directory, on a Unix socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PLACES = "/usr/lib/postgresql"
_LIMIT_SECONDS = 60
_NOBODY_ELSES = 0o700


def find_programs() -> Path:
    """Return where the newest server's programs are; skips the test when there is none that can be run."""
    found = sorted(Path(_PLACES).glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        pytest.skip("THERE IS NO POSTGRESQL: install Debian's `postgresql` to test the image database on it")
    if os.geteuid() == 0 and not _has_user():
        pytest.skip("PostgreSQL does not run as root, and there is no user `postgres` to run it as")
    return (found[-1] if found else Path(str(on_path))).parent


@dataclass(frozen=True)
class Postgres:
    """A server that can be stopped and started again; `url` is of its database `postgres`."""

    programs: Path
    directory: Path

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://obsbow@/postgres?host={self.directory}"

    def make(self) -> None:
        """Make its files."""
        self._run("initdb", "-U", "obsbow", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        """Start it, and wait until it answers; it has no address, so that nobody else can come near it."""
        options = f"-k {self.directory} -c listen_addresses="
        self._run("pg_ctl", "start", "-w", "-l", self.directory / "log", "-o", options)

    def stop(self) -> None:
        """Stop it, by the pid in its directory; connections break."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")

    def _run(self, program: str, *arguments: object) -> None:
        _run(self.programs, self.directory, program, "-D", self.directory / "data", *arguments)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server for the time of a `with`."""
    programs = find_programs()
    directory = Path(tempfile.mkdtemp(prefix="obsbow-pg-", dir=tempfile.gettempdir()))
    server = Postgres(programs, directory)
    try:
        directory.chmod(_NOBODY_ELSES)
        if os.geteuid() == 0:
            shutil.chown(directory, "postgres", "postgres")
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _run(programs: Path, directory: Path, program: str, *arguments: object) -> None:
    command = [str(programs / program), *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    # To a file: what a server inherits stays open as long as it runs.
    with (directory / f"{program}.out").open("w+") as output:
        done = subprocess.run(
            command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, timeout=_LIMIT_SECONDS,
        )  # fmt: skip
        output.seek(0)
        assert done.returncode == 0, f"{program}: {output.read()}"


def _has_user() -> bool:
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return False
    return True
