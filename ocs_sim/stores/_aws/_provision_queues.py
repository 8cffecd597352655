"""Making and removing queues of SQS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ocs_sim.stores._aws import _clients
from ocs_sim.stores._aws._faults import is_missing, speaking_to
from ocs_sim.stores._aws._queue import queue_name
from ocs_sim.stores._aws._state import ResourceState
from ocs_sim.stores._aws_address import NamedResources
from ocs_sim.stores._queue_port import QueueSpec

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class QueueProvision:
    """The queues at one address."""

    def __init__(self, place: NamedResources) -> None:
        self._place = place

    def state(self, spec: QueueSpec) -> ResourceState:
        """Return how a queue is."""
        name = queue_name(self._place, spec.name)
        with self._speaking(name):
            url = self._url(name)
            if url is None:
                return ResourceState("queue", name, exists=False)
            return ResourceState("queue", name, exists=True, detail=_said(self._differing(spec, url)))

    def create(self, spec: QueueSpec) -> ResourceState:
        """Make a queue, or give the one that is there the attributes that it should have."""
        name = queue_name(self._place, spec.name)
        with self._speaking(name):
            url = self._url(name)
            if url is None:
                attributes: Any = {"FifoQueue": "true", **self._attributes(spec)}
                self._client.create_queue(QueueName=name, Attributes=attributes)
                return ResourceState("queue", name, exists=True, action="made")
            differing = self._differing(spec, url)
            if not differing:
                return ResourceState("queue", name, exists=True)
            wanted: Any = {attribute: wanted for attribute, (_, wanted) in differing.items()}
            self._client.set_queue_attributes(QueueUrl=url, Attributes=wanted)
            return ResourceState("queue", name, exists=True, detail=_said(differing), action="mended")

    def delete(self, spec: QueueSpec) -> ResourceState:
        """Remove a queue with its messages."""
        name = queue_name(self._place, spec.name)
        with self._speaking(name):
            url = self._url(name)
            if url is None:
                return ResourceState("queue", name, exists=False)
            self._client.delete_queue(QueueUrl=url)
        return ResourceState("queue", name, exists=False, action="removed")

    def _url(self, name: str) -> str | None:
        try:
            return self._client.get_queue_url(QueueName=name)["QueueUrl"]
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def _differing(self, spec: QueueSpec, url: str) -> dict[str, tuple[str, str]]:
        """Return attributes as they are and as they should be, where they differ."""
        told = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        found: Mapping[Any, str] = told["Attributes"]
        wanted = self._attributes(spec)
        are = {name: found.get(name, "") for name in wanted}
        return {
            name: (are[name], value) for name, value in wanted.items() if _plain(are[name]) != _plain(value)
        }

    def _attributes(self, spec: QueueSpec) -> dict[str, Any]:
        policy = ""
        if spec.dead_letters is not None:
            target = self._arn(queue_name(self._place, spec.dead_letters))
            policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": str(spec.max_deliveries)})
        attributes = {
            "MessageRetentionPeriod": str(spec.retention_seconds),
            "VisibilityTimeout": str(spec.lease_seconds),
            "ContentBasedDeduplication": "true" if spec.content_deduplication else "false",
        }
        return {**attributes, "RedrivePolicy": policy} if policy else attributes

    def _arn(self, name: str) -> str:
        with self._speaking(name):
            url = self._client.get_queue_url(QueueName=name)["QueueUrl"]
            told = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return told["Attributes"]["QueueArn"]

    @property
    def _client(self) -> SQSClient:
        return _clients.sqs(self._place.region)

    def _speaking(self, name: str) -> Any:
        return speaking_to(f"SQS in {self._place.region}", kind="queue", name=name, what=f"The queue {name}")


def _plain(value: str) -> Any:
    """Return an attribute's value to compare: services write their JSON each in its own way."""
    if not value.startswith("{"):
        return value
    return {name: str(content) for name, content in json.loads(value).items()}


def _said(differing: Mapping[str, tuple[str, str]]) -> str:
    return "; ".join(
        f"{name} is {is_now or 'not set'}, not {wanted}" for name, (is_now, wanted) in differing.items()
    )
