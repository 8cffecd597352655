"""What a store of files is, whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What is known of an object; `etag` changes with its content and is otherwise opaque."""

    key: str
    size_bytes: int
    etag: str
    content_type: str
    modified_unix: float
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UploadForm:
    """What an HTML form, or `requests.post(url, data=fields, files={"file": ...})`, needs: S3's POST form."""

    url: str
    fields: dict[str, str]


class ObjectStore(Protocol):
    """Files by key (up to 1024 bytes of UTF-8), whole or not there at all, and signed links to them."""

    def put(
        self,
        key: str,
        data: bytes | Path | BinaryIO,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        absent: bool = False,
    ) -> ObjectInfo:
        """Write an object; with `absent`, raise ObjectExists when there is one."""
        ...

    def get(self, key: str, start: int | None = None, end: int | None = None) -> bytes:
        """Return an object, or its bytes `start` to before `end`. Raises NoSuchObject."""
        ...

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Read an object bit by bit. Raises NoSuchObject."""
        ...

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object, or None."""
        ...

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys; metadata may be missing."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object, if it is there."""
        ...

    def link(self, key: str, *, expires_seconds: int = 3600, filename: str | None = None) -> str:
        """Return a URL at which anybody can GET the object until it expires (up to 7 days)."""
        ...

    def upload_link(self, key: str, *, expires_seconds: int = 3600, content_type: str | None = None) -> str:
        """Return a URL to which anybody can PUT the object until it expires."""
        ...

    def upload_form(
        self,
        key: str,
        *,
        expires_seconds: int = 300,
        max_bytes: int | None = None,
        content_type: str | None = None,
    ) -> UploadForm:
        """Return a form by which anybody can POST the object until it expires; the answer is 204."""
        ...
