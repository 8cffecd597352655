"""Paths as a site file means them."""

from __future__ import annotations

import os
from pathlib import Path


def resolve(text: str | Path, folder: Path) -> Path:
    """Return a path that is relative to `folder` as an absolute one without `..`; `~` is the user's home.

    Links are not followed, so a site file that is a link means the paths beside the link. A home that is
    not known stays as it is written, where Path.expanduser would raise.
    """
    return absolute(folder / os.path.expanduser(text))  # noqa: PTH111


def absolute(path: Path) -> Path:
    """Return a path from the root, without `..`."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def is_there(path: Path) -> bool:
    """Return whether there is such a file or folder; Path.exists raises where it may not look."""
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Path) -> bool:
    """Return whether there is such a file; Path.is_file raises where it may not look."""
    return os.path.isfile(path)  # noqa: PTH113


def home_of(site_file: Path) -> Path:
    """Return the directory of the observatory: the one of the site file, or above `site_config`."""
    folder = site_file.parent
    return folder.parent if folder.name == "site_config" else folder
