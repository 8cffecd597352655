"""Writing crossbar's config.json without losing what somebody wrote into it."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Any

from ocs_sim.launch._router_errors import ConfigEdited

CONFIG_NAME = "config.json"
DIGEST_NAME = ".config.json.generated"
BACKUP_NAME = "config.json.bak"


class Written(StrEnum):
    """What became of the configuration file."""

    NEW = "written"
    UNCHANGED = "unchanged"
    REGENERATED = "regenerated"
    REPLACED = "replaced"


def write_config(config_dir: Path, config: dict[str, Any], *, force: bool = False) -> Written:
    """Write `config` as the node's config.json.

    A file that we wrote and nobody changed is replaced silently; one that was edited only with `force`, and
    then the old one is kept beside it.

    Raises:
        ConfigEdited: for an edited file without `force`; its text holds the difference.
    """
    path = config_dir / CONFIG_NAME
    text = json.dumps(config, indent=4) + "\n"
    current = _read(path)
    if current == text:
        _write(config_dir / DIGEST_NAME, _digest(text))
        return Written.UNCHANGED
    written = Written.NEW
    if current is not None:
        written = Written.REGENERATED
        if is_edited(config_dir):
            written = Written.REPLACED
            _keep(path, current, text, force=force)
    config_dir.mkdir(parents=True, exist_ok=True)
    # The digest goes second: a crash between the two makes an untouched file look edited, never the reverse.
    _write(path, text)
    _write(config_dir / DIGEST_NAME, _digest(text))
    return written


def is_edited(config_dir: Path) -> bool:
    """Return whether the node has a config.json that is not as we wrote it."""
    current = _read(config_dir / CONFIG_NAME)
    return current is not None and _digest(current) != _read(config_dir / DIGEST_NAME)


def difference(path: Path, wanted: str) -> str:
    """Return the unified difference between a file and what would replace it."""
    old = (_read(path) or "").splitlines()
    lines = difflib.unified_diff(old, wanted.splitlines(), str(path), "generated", lineterm="")
    return "\n".join(lines)


def _keep(path: Path, current: str, wanted: str, *, force: bool) -> None:
    backup = path.with_name(BACKUP_NAME)
    if not force:
        raise ConfigEdited(path=path, diff=difference(path, wanted), backup=backup.name)
    _write(backup, current)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() + "\n"


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _write(path: Path, text: str) -> None:
    if _read(path) == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
