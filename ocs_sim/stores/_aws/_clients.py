"""boto3's clients: made when they are wanted, once for each process and service."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from ocs_sim.stores._aws._faults import no_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_CONNECT_SECONDS = 5.0
# SQS's long polls take up to 20 s.
_READ_SECONDS = 30.0
_CONNECTIONS = 32

_WHOM = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_MAX_ATTEMPTS")

_lock = threading.Lock()
_clients: dict[tuple[Any, ...], Any] = {}


def sqs(region: str) -> SQSClient:
    """Return the client for queues."""
    return cast("SQSClient", _client("sqs", region))


def dynamodb(region: str) -> DynamoDBClient:
    """Return the client for tables."""
    return cast("DynamoDBClient", _client("dynamodb", region))


def dynamodb_streams(region: str) -> DynamoDBStreamsClient:
    """Return the client for what changed in tables."""
    return cast("DynamoDBStreamsClient", _client("dynamodbstreams", region))


def s3(region: str | None) -> S3Client:
    """Return the client for objects; without a region that of boto3's configuration."""
    return cast("S3Client", _client("s3", region))


def _client(service: str, region: str | None) -> Any:
    """Return the one client, which threads may share; a forked process gets its own."""
    which = (os.getpid(), service, region, *_surroundings())
    with _lock:
        client = _clients.get(which)
        if client is None:
            client = _clients[which] = _make(service, region)
        return client


def _surroundings() -> tuple[tuple[str, str], ...]:
    """Return what decides whom a client speaks to: who changes it wants another client."""
    return tuple(
        (name, value)
        for name, value in sorted(os.environ.items())
        if name.startswith("AWS_ENDPOINT_URL") or name in _WHOM
    )


def _make(service: str, region: str | None) -> Any:
    config = Config(
        signature_version="s3v4" if service == "s3" else None,
        # Three tries, or as AWS_MAX_ATTEMPTS says.
        retries={"mode": "standard"},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        max_pool_connections=_CONNECTIONS,
        # Only "virtual" signs links for the region's own host: the global one sends newer buckets' readers on
        # to another host, for which the signature does not hold.
        s3={"addressing_style": "path" if _has_endpoint("S3") else "virtual"},
    )
    try:
        # A session of its own: boto3's default one is not safe to make clients with in several threads.
        return boto3.session.Session().client(cast("Any", service), region_name=region, config=config)
    except (BotoCoreError, ValueError) as error:
        raise no_client(service, region, error) from error


def _has_endpoint(service: str) -> bool:
    return any(os.environ.get(name) for name in ("AWS_ENDPOINT_URL", f"AWS_ENDPOINT_URL_{service}"))
