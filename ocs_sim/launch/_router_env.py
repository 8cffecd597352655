"""Where crossbar is: the program that the site file names, the environment's, the system's, or our own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ocs_sim.launch._router_errors import CrossbarMissing, CrossbarNotThere
from ocs_sim.launch._router_pins import CROSSBAR_VERSION
from ocs_sim.site import CrossbarSettings

MARKER_NAME = "obsbow.json"


class Origin(StrEnum):
    """Who says which crossbar to use, first come first served."""

    SITE_FILE = "site file"
    ENVIRONMENT = "OBSBOW_CROSSBAR"
    PATH = "PATH"
    PRIVATE = "private environment"


@dataclass(frozen=True, slots=True)
class Crossbar:
    """A crossbar program; `version` is None where it cannot be told without running it."""

    path: Path
    origin: Origin
    version: str | None


def find_crossbar(
    settings: CrossbarSettings | None, environ: Mapping[str, str] | None = None
) -> Crossbar | None:
    """Return the crossbar to use, or None when there is none.

    Raises:
        CrossbarNotThere: when the site file or OBSBOW_CROSSBAR names a program that does not exist.
    """
    environ = os.environ if environ is None else environ
    if settings is not None and settings.bin is not None:
        return _named(settings.bin, Origin.SITE_FILE, environ)
    if environ.get("OBSBOW_CROSSBAR"):
        return _named(Path(environ["OBSBOW_CROSSBAR"]), Origin.ENVIRONMENT, environ)
    on_path = shutil.which("crossbar", path=environ.get("PATH"))
    if on_path is not None:
        return Crossbar(Path(on_path), Origin.PATH, version_of(Path(on_path)))
    private = private_environment(environ)
    if (private / MARKER_NAME).exists():
        return Crossbar(private / "bin" / "crossbar", Origin.PRIVATE, CROSSBAR_VERSION)
    return None


def require_crossbar(settings: CrossbarSettings | None, environ: Mapping[str, str] | None = None) -> Crossbar:
    """Return the crossbar to use; raises CrossbarMissing or CrossbarNotThere."""
    found = find_crossbar(settings, environ)
    if found is None:
        raise CrossbarMissing(private=private_environment(environ))
    return found


def private_environment(environ: Mapping[str, str] | None = None) -> Path:
    """Return the directory of the private environment, there or not."""
    python = f"py{sys.version_info.major}.{sys.version_info.minor}"
    return home(os.environ if environ is None else environ) / f"crossbar-{CROSSBAR_VERSION}-{python}"


def home(environ: Mapping[str, str]) -> Path:
    """Return the directory that holds what obsbow installs for this user."""
    if environ.get("OBSBOW_HOME"):
        return Path(environ["OBSBOW_HOME"]).expanduser().absolute()
    data = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "obsbow"


def version_of(program: Path) -> str | None:
    """Return the version of crossbar that a program's environment holds, without running it."""
    prefix = _prefix(program)
    found = [] if prefix is None else sorted(prefix.glob("lib/python3*/site-packages/crossbar-*.dist-info"))
    return found[-1].name.removeprefix("crossbar-").removesuffix(".dist-info") if found else None


def _prefix(program: Path) -> Path | None:
    """Return the environment of a console script: that of the interpreter in its first line."""
    try:
        with program.open("rb") as script:
            first = script.readline(500)
    except OSError:
        return None
    if not first.startswith(b"#!"):
        return None
    interpreter = Path(first[2:].decode(errors="replace").strip().split(" ")[0])
    return interpreter.parent.parent if interpreter.is_absolute() else None


def _named(path: Path, origin: Origin, environ: Mapping[str, str]) -> Crossbar:
    found = shutil.which(path, path=environ.get("PATH")) if len(path.parts) == 1 else str(path)
    if found is None or not os.access(found, os.X_OK) or not Path(found).is_file():
        raise CrossbarNotThere(origin=f"The {origin}" if origin is Origin.SITE_FILE else origin, path=path)
    return Crossbar(Path(found), origin, version_of(Path(found)))
