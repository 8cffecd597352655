"""Making and emptying the bucket of S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ocs_sim.stores._aws import _clients
from ocs_sim.stores._aws._faults import code_of, speaking_to
from ocs_sim.stores._aws._state import ResourceState
from ocs_sim.stores._aws_address import BucketPlace
from ocs_sim.stores._errors import StoreError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PRIVATE: Any = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_NOT_BLOCKED = "public access to it is not blocked"


class BucketProvision:
    """One bucket, and what of it is ours."""

    def __init__(self, place: BucketPlace) -> None:
        self._place = place

    @property
    def place(self) -> BucketPlace:
        """The bucket, and what the keys of our objects begin with."""
        return self._place

    def state(self) -> ResourceState:
        """Return how the bucket is."""
        with self._speaking():
            if not self._is_there():
                return ResourceState("bucket", self._place.bucket, exists=False)
            detail = "" if self._is_private() else _NOT_BLOCKED
        return ResourceState("bucket", self._place.bucket, exists=True, detail=detail)

    def create(self) -> ResourceState:
        """Make the bucket, and block public access to it."""
        with self._speaking():
            made = not self._is_there()
            if made:
                self._make()
            blocked = made or not self._is_private()
            if blocked:
                self._client.put_public_access_block(
                    Bucket=self._place.bucket, PublicAccessBlockConfiguration=_PRIVATE
                )
        action: Any = "made" if made else "mended" if blocked else ""
        detail = _NOT_BLOCKED if blocked and not made else ""
        return ResourceState("bucket", self._place.bucket, exists=True, detail=detail, action=action)

    def delete_objects(self, prefix: str) -> ResourceState:
        """Remove the objects below a prefix of ours; in a bucket with versions older ones stay."""
        whole = self._place.prefix + prefix
        name, count = f"{self._place.bucket}/{whole}", 0
        with self._speaking():
            if not self._is_there():
                return ResourceState("objects", name, exists=False)
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._place.bucket, Prefix=whole
            )
            for page in pages:
                keys: Any = [{"Key": told["Key"]} for told in page.get("Contents", [])]
                if keys:
                    count += len(keys)
                    self._remove(keys)
        return ResourceState("objects", name, exists=False, detail=f"{count} in all", action="removed")

    def delete(self) -> ResourceState:
        """Remove the bucket, if nothing is left in it."""
        with self._speaking():
            if not self._is_there():
                return ResourceState("bucket", self._place.bucket, exists=False)
            try:
                self._client.delete_bucket(Bucket=self._place.bucket)
            except ClientError as error:
                if code_of(error) != "BucketNotEmpty":
                    raise
                return ResourceState("bucket", self._place.bucket, exists=True)
        return ResourceState("bucket", self._place.bucket, exists=False, action="removed")

    def _remove(self, keys: list[Any]) -> None:
        done = self._client.delete_objects(Bucket=self._place.bucket, Delete={"Objects": keys, "Quiet": True})
        for error in done.get("Errors", []):
            raise StoreError(fault=f"{error.get('Key')} is not removed: {error.get('Message')}")

    def _is_there(self) -> bool:
        try:
            self._client.head_bucket(Bucket=self._place.bucket)
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchBucket"):
                return False
            raise
        return True

    def _is_private(self) -> bool:
        try:
            told = self._client.get_public_access_block(Bucket=self._place.bucket)
        except ClientError as error:
            if code_of(error) == "NoSuchPublicAccessBlockConfiguration":
                return False
            raise
        return bool(told["PublicAccessBlockConfiguration"] == _PRIVATE)

    def _make(self) -> None:
        region = self._place.region or self._client.meta.region_name
        # us-east-1 is where buckets are when nothing is said, and S3 refuses to have it said.
        elsewhere = region not in (None, "us-east-1", "aws-global")
        place: Any = {"CreateBucketConfiguration": {"LocationConstraint": region}} if elsewhere else {}
        try:
            self._client.create_bucket(Bucket=self._place.bucket, **place)
        except ClientError as error:
            if code_of(error) != "BucketAlreadyOwnedByYou":
                raise

    @property
    def _client(self) -> S3Client:
        return _clients.s3(self._place.region)

    def _speaking(self) -> Any:
        bucket = self._place.bucket
        return speaking_to(f"the bucket {bucket} of S3", kind="bucket", name=bucket)
