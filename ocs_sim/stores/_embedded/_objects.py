"""Objects in files, with an index in SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ocs_sim.clock import Clock
from ocs_sim.stores._object_port import ObjectInfo, UploadForm


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """What a link promises: the name to save as (GET), the content type that is to come (PUT)."""

    filename: str | None
    content_type: str | None


@dataclass(frozen=True, slots=True)
class FormTerms:
    """What a form allows to be uploaded."""

    key: str
    max_bytes: int | None
    content_type: str | None


class FileObjects:
    """Objects in a directory."""

    def __init__(self, directory: Path, link_base: str, clock: Clock) -> None:
        self._directory = directory
        self._link_base = link_base
        self._clock = clock

    def put(
        self,
        key: str,
        data: bytes | Path | BinaryIO,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        absent: bool = False,
    ) -> ObjectInfo:
        """Write an object."""
        raise NotImplementedError

    def get(self, key: str, start: int | None = None, end: int | None = None) -> bytes:
        """Return an object."""
        raise NotImplementedError

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Read an object."""
        raise NotImplementedError

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known."""
        raise NotImplementedError

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[ObjectInfo]:
        """Yield objects."""
        raise NotImplementedError

    def delete(self, key: str) -> None:
        """Remove an object."""
        raise NotImplementedError

    def link(self, key: str, *, expires_seconds: int = 3600, filename: str | None = None) -> str:
        """Return a URL."""
        raise NotImplementedError

    def upload_link(self, key: str, *, expires_seconds: int = 3600, content_type: str | None = None) -> str:
        """Return a URL."""
        raise NotImplementedError

    def upload_form(
        self,
        key: str,
        *,
        expires_seconds: int = 300,
        max_bytes: int | None = None,
        content_type: str | None = None,
    ) -> UploadForm:
        """Return a form."""
        raise NotImplementedError

    def check_link(self, method: str, key: str, query: Mapping[str, str]) -> LinkTerms:
        """Return the terms of a link. Raises LinkRefused."""
        raise NotImplementedError

    def check_form(self, fields: Mapping[str, str]) -> FormTerms:
        """Return the terms of a form. Raises LinkRefused."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the index."""
