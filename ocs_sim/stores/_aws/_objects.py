"""Objects of S3, in a private bucket that was made beforehand."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from botocore.exceptions import ClientError

from ocs_sim.stores._aws import _clients, _links
from ocs_sim.stores._aws._faults import code_of, speaking_to
from ocs_sim.stores._aws._object_reader import ObjectReader
from ocs_sim.stores._aws_address import BucketPlace
from ocs_sim.stores._errors import NoSuchObject, ObjectExists
from ocs_sim.stores._limits import (
    check_content_type,
    check_expiry,
    check_max_bytes,
    check_metadata,
    check_object_key,
    check_object_prefix,
    check_range,
)
from ocs_sim.stores._object_port import ObjectInfo, UploadForm

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Beyond this boto3 sends several parts side by side.
_LARGE_BYTES = 16 * 1024 * 1024
_READ_BYTES = 256 * 1024
_CONFLICT_TRIES = 5


class S3Objects:
    """Objects of a bucket of S3, which `obsbow aws init` made."""

    def __init__(self, place: BucketPlace) -> None:
        """Nothing is asked of S3 before the first use."""
        self._place = place

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
        name = self._name(key)
        check_content_type(content_type)
        about: dict[str, Any] = {"ContentType": content_type, "Metadata": check_metadata(metadata)}
        with _opened(data) as (file, size_bytes), self._speaking(key):
            if size_bytes > _LARGE_BYTES and not absent:
                self._client.upload_fileobj(file, self._place.bucket, name, ExtraArgs=about)
            else:
                self._put_at_once(key, file, about, absent)
        # What the service says now: its ETag of an object in parts is known to it alone.
        return self.head(key) or ObjectInfo(key, size_bytes, "", content_type, 0.0, about["Metadata"])

    def get(self, key: str, start: int | None = None, end: int | None = None) -> bytes:
        """Return an object, or its bytes `start` to before `end`. Raises NoSuchObject."""
        check_range(start, end)
        wanted: Any = {} if start is None and end is None else {"Range": _range(start, end)}
        with self._speaking(key):
            try:
                answer = self._client.get_object(Bucket=self._place.bucket, Key=self._name(key), **wanted)
                return answer["Body"].read()
            except ClientError as error:
                # S3's answer to a range behind the object's end.
                if code_of(error) == "InvalidRange":
                    return b""
                raise

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Read an object bit by bit. Raises NoSuchObject."""
        with self._speaking(key):
            body = self._client.get_object(Bucket=self._place.bucket, Key=self._name(key))["Body"]
        with io.BufferedReader(ObjectReader(body, lambda: self._speaking(key)), _READ_BYTES) as reader:
            yield reader

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object, or None."""
        name = self._name(key)
        with self._speaking(key):
            try:
                told = self._client.head_object(Bucket=self._place.bucket, Key=name)
            except ClientError as error:
                if code_of(error) in ("404", "NoSuchKey") and self._has_bucket():
                    return None
                raise
        return ObjectInfo(
            key,
            told["ContentLength"],
            told["ETag"].strip('"'),
            told["ContentType"],
            told["LastModified"].timestamp(),
            told["Metadata"],
        )

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys; without their content type and metadata."""
        check_object_prefix(prefix)
        check_object_prefix(after or "")
        return self._listed(prefix, after)

    def _listed(self, prefix: str, after: str | None) -> Iterator[ObjectInfo]:
        asked: dict[str, Any] = {"Bucket": self._place.bucket, "Prefix": self._place.prefix + prefix}
        if after is not None:
            asked["StartAfter"] = self._place.prefix + after
        with self._speaking(prefix):
            for page in self._client.get_paginator("list_objects_v2").paginate(**asked):
                for told in page.get("Contents", []):
                    yield ObjectInfo(
                        told["Key"].removeprefix(self._place.prefix),
                        told["Size"],
                        told["ETag"].strip('"'),
                        "",
                        told["LastModified"].timestamp(),
                    )

    def delete(self, key: str) -> None:
        """Remove an object, if it is there."""
        with self._speaking(key):
            self._client.delete_object(Bucket=self._place.bucket, Key=self._name(key))

    def link(self, key: str, *, expires_seconds: int = 3600, filename: str | None = None) -> str:
        """Return a URL at which anybody can GET the object until it expires (up to 7 days)."""
        check_expiry(expires_seconds)
        with self._speaking(key):
            return _links.link(self._client, self._place.bucket, self._name(key), expires_seconds, filename)

    def upload_link(self, key: str, *, expires_seconds: int = 3600, content_type: str | None = None) -> str:
        """Return a URL to which anybody can PUT the object until it expires."""
        check_expiry(expires_seconds)
        name = self._name(key)
        with self._speaking(key):
            return _links.upload_link(self._client, self._place.bucket, name, expires_seconds, content_type)

    def upload_form(
        self,
        key: str,
        *,
        expires_seconds: int = 300,
        max_bytes: int | None = None,
        content_type: str | None = None,
    ) -> UploadForm:
        """Return a form by which anybody can POST the object until it expires; the answer is 204."""
        check_expiry(expires_seconds)
        check_max_bytes(max_bytes)
        name = self._name(key)
        with self._speaking(key):
            return _links.upload_form(
                self._client, self._place.bucket, name, expires_seconds, max_bytes, content_type
            )

    def _put_at_once(self, key: str, file: BinaryIO, about: dict[str, Any], absent: bool) -> None:
        condition: Any = {"IfNoneMatch": "*"} if absent else {}
        for tried in range(_CONFLICT_TRIES):
            file.seek(0)
            try:
                self._client.put_object(
                    Bucket=self._place.bucket, Key=self._name(key), Body=file, **about, **condition
                )
                return
            except ClientError as error:
                if code_of(error) in ("PreconditionFailed", "412"):
                    raise ObjectExists(key=key) from error
                # Two wrote it at once, and S3 does not say which of them was first.
                if code_of(error) != "ConditionalRequestConflict" or tried == _CONFLICT_TRIES - 1:
                    raise

    def _has_bucket(self) -> bool:
        """Return True, or raise what S3 says: a HEAD tells nothing of a bucket that is not there."""
        try:
            self._client.head_bucket(Bucket=self._place.bucket)
        except ClientError as error:
            if code_of(error) == "404":
                error.response["Error"]["Code"] = "NoSuchBucket"
            raise
        return True

    @property
    def _client(self) -> S3Client:
        return _clients.s3(self._place.region)

    def _name(self, key: str) -> str:
        check_object_key(self._place.prefix + key)
        check_object_key(key)
        return self._place.prefix + key

    @contextmanager
    def _speaking(self, key: str) -> Iterator[None]:
        bucket = self._place.bucket
        with speaking_to(f"the bucket {bucket} of S3", kind="bucket", name=bucket, what=f"The object {key}"):
            try:
                yield
            except ClientError as error:
                if code_of(error) == "NoSuchKey":
                    raise NoSuchObject(key=key) from error
                raise


def _range(start: int | None, end: int | None) -> str:
    return f"bytes={start or 0}-{'' if end is None else end - 1}"


@contextmanager
def _opened(data: bytes | Path | BinaryIO) -> Iterator[tuple[BinaryIO, int]]:
    """Give data as a file that can be read twice, and its size."""
    if isinstance(data, bytes):
        yield io.BytesIO(data), len(data)
    elif isinstance(data, Path):
        with data.open("rb") as file:
            yield file, os.fstat(file.fileno()).st_size
    else:
        # It may not be able to go back, which another try takes.
        with tempfile.SpooledTemporaryFile(_LARGE_BYTES) as spool:
            shutil.copyfileobj(data, spool)
            size_bytes = spool.tell()
            spool.seek(0)
            yield cast("BinaryIO", spool), size_bytes
