"""Putting our own modules into the router's private environment, under routers that run from it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from ocs_sim.launch import _router_inside as inside

_PACKAGE = "obsbow_router"
# One that is just being started may still read the form before this one.
_KEPT = 2


def add_ours(packages: Path) -> None:
    """Put our modules into a site-packages directory; a router that starts meanwhile has the old or the new.

    Each form of them has a directory of its own. The one line that names it is replaced at once.
    """
    name = f"{_PACKAGE}_{fingerprint()}"
    directory = packages / name
    directory.mkdir(exist_ok=True)
    for source in _sources():
        _replace(directory / source.name, source.read_text(encoding="utf-8"))
    directory.touch()
    # Python runs the lines of a .pth file that begin with `import`, in every process of the environment.
    _replace(packages / f"{_PACKAGE}.pth", f"import {name}; {name}.install()\n")
    _remove_older(packages)


def has_ours(packages: Path) -> bool:
    """Return whether a site-packages directory has our modules, of whatever form."""
    return (packages / f"{_PACKAGE}.pth").exists()


def fingerprint() -> str:
    """Return what tells our modules from those of another ocs_sim."""
    told = hashlib.sha256()
    for source in _sources():
        told.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return told.hexdigest()[:12]


def _sources() -> list[Path]:
    return sorted(Path(str(inside.__file__)).parent.glob("*.py"))


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _remove_older(packages: Path) -> None:
    forms = [path for path in packages.glob(f"{_PACKAGE}_*") if path.is_dir()]
    for old in sorted(forms, key=lambda path: path.stat().st_mtime_ns)[:-_KEPT]:
        shutil.rmtree(old)
    # What earlier versions of ocs_sim put there.
    for name in ("obsbow_lean", "obsbow_guard"):
        for suffix in (".pth", ".py"):
            (packages / f"{name}{suffix}").unlink(missing_ok=True)
