"""Stores of AWS, through boto3: SQS, DynamoDB and S3. Importing this imports boto3."""

from __future__ import annotations

from ocs_sim.clock import Clock
from ocs_sim.stores._aws._faults import AccessRefused, NoCredentials
from ocs_sim.stores._aws._objects import S3Objects
from ocs_sim.stores._aws._provision import Provisioner
from ocs_sim.stores._aws._queue import SqsQueue
from ocs_sim.stores._aws._state import ResourceState
from ocs_sim.stores._aws._table import DynamoTable
from ocs_sim.stores._aws_address import parse_object_address, parse_queue_address, parse_table_address
from ocs_sim.stores._queue_port import QueueSpec
from ocs_sim.stores._table_port import TableSpec

__all__ = [
    "AccessRefused",
    "DynamoTable",
    "NoCredentials",
    "Provisioner",
    "ResourceState",
    "S3Objects",
    "SqsQueue",
    "open_objects",
    "open_queue",
    "open_table",
    "parse_object_address",
    "parse_queue_address",
    "parse_table_address",
]


def open_queue(address: str, spec: QueueSpec, clock: Clock) -> SqsQueue:
    """Return the queue at `sqs://REGION?prefix=..&suffix=..`. Raises BadStoreAddress."""
    return SqsQueue(parse_queue_address(address), spec, clock)


def open_table(address: str, spec: TableSpec, clock: Clock) -> DynamoTable:
    """Return the table at `dynamodb://REGION?prefix=..&suffix=..`. Raises BadStoreAddress."""
    return DynamoTable(parse_table_address(address), spec, clock)


def open_objects(address: str, clock: Clock) -> S3Objects:  # noqa: ARG001 - S3 has a clock of its own
    """Return the objects at `s3://BUCKET/PREFIX?region=..`. Raises BadStoreAddress."""
    return S3Objects(parse_object_address(address))
