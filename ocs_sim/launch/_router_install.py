"""Building the router's private environment, once, and taking it away again."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ocs_sim.launch._crossbar_address import LOOPBACK, RouterAddress
from ocs_sim.launch._crossbar_config import router_config
from ocs_sim.launch._router_env import (
    MARKER_NAME,
    Crossbar,
    find_crossbar,
    home,
    private_environment,
    require_crossbar,
)
from ocs_sim.launch._router_errors import InstallFailed
from ocs_sim.launch._router_ours import add_ours, fingerprint
from ocs_sim.launch._router_pins import CROSSBAR_VERSION, PINS
from ocs_sim.site import CrossbarSettings, Hub

Say = Callable[[str], None]

_TAIL_LINES = 12


def ensure_crossbar(
    settings: CrossbarSettings | None, say: Say, environ: Mapping[str, str] | None = None
) -> Crossbar:
    """Return the crossbar to use; build the private environment when there is none.

    Args:
        settings: what the site file says of the router.
        say: told what is done, when something is.
        environ: the environment variables; this process's by default.

    Raises:
        CrossbarNotThere: when a program was named that does not exist.
        InstallFailed: when the environment could not be built.
    """
    found = find_crossbar(settings, environ)
    if found is None:
        install(say, environ)
    return require_crossbar(settings, environ)


def install(say: Say, environ: Mapping[str, str] | None = None) -> bool:
    """Build the private environment unless it is whole; returns whether it did. Raises InstallFailed."""
    environ = os.environ if environ is None else environ
    target = private_environment(environ)
    if is_whole(target):
        return False
    with _locked(home(environ), say):
        # Another installer may have finished while this one waited.
        if is_whole(target):
            return False
        if _has_packages(target):
            say(f"Bringing what obsbow adds to {target} up to date.")
            add_ours(_packages(target))
            _mark(target)
            return True
        if target.exists():
            say(f"Removing {target}, which is half built or of another version.")
            shutil.rmtree(target)
        say(f"Installing crossbar {CROSSBAR_VERSION} into {target} (once, {len(PINS)} packages).")
        began = time.monotonic()
        _build(target)
        say(f"Installed in {time.monotonic() - began:.0f} s.")
    return True


def remove(environ: Mapping[str, str] | None = None) -> list[Path]:
    """Remove the private environments, older ones too; returns what was removed."""
    environ = os.environ if environ is None else environ
    if not home(environ).is_dir():
        return []
    with _locked(home(environ), lambda _: None):
        found = sorted(path for path in home(environ).glob("crossbar-*") if path.is_dir())
        for path in found:
            # The marker first: what is half removed must count as half built.
            (path / MARKER_NAME).unlink(missing_ok=True)
            shutil.rmtree(path)
    return found


def is_whole(target: Path) -> bool:
    """Return whether an environment was built to its end, of what we would build it of."""
    return _made_of(target) == contents()


def _has_packages(target: Path) -> bool:
    """Return whether an environment lacks at most the present form of what is ours."""
    return _made_of(target)[: len(PINS)] == list(PINS)


def _made_of(target: Path) -> list[str]:
    try:
        return list(json.loads((target / MARKER_NAME).read_text(encoding="utf-8"))["contents"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _packages(target: Path) -> Path:
    return target / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def _build(target: Path) -> None:
    # In place and not beside it: the first line of each of its programs names the directory. What makes it
    # whole is the marker, which comes last.
    python = target / "bin" / "python"
    has_pip = importlib.util.find_spec("pip") is not None
    venv.EnvBuilder(with_pip=not has_pip, symlinks=True).create(target)
    pip = [sys.executable, "-m", "pip", "--python", str(python)] if has_pip else [str(python), "-m", "pip"]
    options = [
        "--no-deps",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        "--retries",
        "1",
    ]
    _run([*pip, "install", *options, *PINS])
    add_ours(_packages(target))
    _try_out(target / "bin" / "crossbar")
    _mark(target)


def _mark(target: Path) -> None:
    marker = {"crossbar": CROSSBAR_VERSION, "python": sys.version.split()[0], "contents": contents()}
    temporary = target / f"{MARKER_NAME}.new"
    temporary.write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")
    temporary.replace(target / MARKER_NAME)


def contents() -> list[str]:
    """Return what an environment is made of, to tell one of another ocs_sim."""
    return [*PINS, f"ours {fingerprint()}"]


def _try_out(program: Path) -> None:
    """Let the new crossbar check a configuration, which imports nearly all of it."""
    with tempfile.TemporaryDirectory() as scratch:
        address = RouterAddress(LOOPBACK, 8001, "ws", "call")
        hub = Hub("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "observatory_realm", "observatory")
        config = router_config(hub, CrossbarSettings(Path(scratch)), address)
        (Path(scratch) / "config.json").write_text(json.dumps(config), encoding="utf-8")
        _run([str(program), "check", "--cbdir", scratch])


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()][-_TAIL_LINES:]
        tail = "\n".join(f"  {line}" for line in lines)
        shown = " ".join(word for word in command if "==" not in word)
        raise InstallFailed(command=shown, code=done.returncode, tail=tail)


@contextmanager
def _locked(directory: Path, say: Say) -> Iterator[None]:
    """Keep two installers apart; a lock of the kernel's, which a killed one cannot leave behind."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".crossbar.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another program is installing it; waiting.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
