"""Links and forms which S3 itself serves, signed here without asking it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ocs_sim.stores._object_port import UploadForm

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The most that S3 takes in one POST.
_MOST_BYTES = 5 * 1024**3


def link(client: S3Client, bucket: str, key: str, expires_seconds: int, filename: str | None) -> str:
    """Return a URL to GET."""
    asked: dict[str, Any] = {"Bucket": bucket, "Key": key}
    if filename is not None:
        asked["ResponseContentDisposition"] = disposition(filename)
    return client.generate_presigned_url("get_object", Params=asked, ExpiresIn=expires_seconds)


def upload_link(
    client: S3Client, bucket: str, key: str, expires_seconds: int, content_type: str | None
) -> str:
    """Return a URL to PUT to."""
    asked: dict[str, Any] = {"Bucket": bucket, "Key": key}
    if content_type is not None:
        asked["ContentType"] = content_type
    return client.generate_presigned_url("put_object", Params=asked, ExpiresIn=expires_seconds)


def upload_form(
    client: S3Client,
    bucket: str,
    key: str,
    expires_seconds: int,
    max_bytes: int | None,
    content_type: str | None,
) -> UploadForm:
    """Return a form to POST with; S3 refuses a file which is longer, or of another type, than was signed."""
    fields = {} if content_type is None else {"Content-Type": content_type}
    conditions: list[Any] = [["content-length-range", 0, max_bytes or _MOST_BYTES]]
    conditions += [{name: value} for name, value in fields.items()]
    signed = client.generate_presigned_post(
        bucket, key, Fields=dict(fields), Conditions=conditions, ExpiresIn=expires_seconds
    )
    return UploadForm(signed["url"], dict(signed["fields"]))


def disposition(filename: str) -> str:
    """Return the header under which browsers save a file by its name (RFC 6266)."""
    plain = filename.encode("ascii", "replace").decode().replace("\\", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
