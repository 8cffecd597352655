"""The files of a new observatory."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from ocs_sim.launch._errors import AlreadyThere

_DIRECTORIES = ("site_config", "dot_crossbar", "logs", "data", "scripts")


def lay_out(directory: Path) -> list[Path]:
    """Write the directories and files of a new observatory; return the files that were not there.

    Raises AlreadyThere before anything is written when one of its files is there with another content.
    """
    with as_file(files("ocs_sim.launch") / "templates") as templates:
        sources = [path for path in sorted(templates.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
        contents = {directory / path.relative_to(templates): path.read_bytes() for path in sources}
    for path, content in contents.items():
        if path.exists() and path.read_bytes() != content:
            raise AlreadyThere(path=path)
    for name in _DIRECTORIES:
        (directory / name).mkdir(parents=True, exist_ok=True)
    return [path for path, content in contents.items() if _write(path, content)]


def _write(path: Path, content: bytes) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True
