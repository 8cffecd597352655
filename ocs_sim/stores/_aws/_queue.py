"""Queues of SQS: its FIFO queues, made beforehand."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ocs_sim.clock import Clock
from ocs_sim.stores._aws import _clients
from ocs_sim.stores._aws._faults import code_of, says, speaking_to
from ocs_sim.stores._aws_address import NamedResources
from ocs_sim.stores._errors import LeaseLost
from ocs_sim.stores._limits import check_extend, check_message, check_queue_spec, check_receive
from ocs_sim.stores._queue_port import Depth, Message, QueueSpec

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

FIFO = ".fifo"
_LOST = {"ReceiptHandleIsInvalid", "MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"}
_SHORT_POLL_SECONDS = 0.2


def queue_name(place: NamedResources, name: str) -> str:
    """Return what SQS calls a queue of ours. Raises LimitExceeded when that is too long."""
    check_queue_spec(QueueSpec(place.name(name)))
    return place.name(name) + FIFO


class SqsQueue:
    """A queue of SQS, which `obsbow aws init` made."""

    def __init__(self, place: NamedResources, spec: QueueSpec, clock: Clock) -> None:
        """`clock` measures how long a receive waits. Nothing is asked of SQS before the first use."""
        check_queue_spec(spec)
        self._spec = spec
        self._place = place
        self._name = queue_name(place, spec.name)
        self._clock = clock
        self._url: str | None = None
        self._pause = threading.Event()

    @property
    def spec(self) -> QueueSpec:
        """What the queue was made as."""
        return self._spec

    def send(self, body: str, *, group: str, deduplication_id: str | None = None) -> str:
        """Put a message in; return its id."""
        check_message(body, group, deduplication_id, self._spec)
        chosen: Any = {} if deduplication_id is None else {"MessageDeduplicationId": deduplication_id}
        with self._speaking():
            answer = self._client.send_message(
                QueueUrl=self._address(), MessageBody=body, MessageGroupId=group, **chosen
            )
        return answer["MessageId"]

    def receive(
        self, *, limit: int = 1, lease_seconds: int | None = None, wait_seconds: float = 0.0
    ) -> list[Message]:
        """Lease up to `limit` messages, waiting for the first."""
        check_receive(limit, lease_seconds, wait_seconds)
        lease = self._spec.lease_seconds if lease_seconds is None else lease_seconds
        deadline = self._clock.monotonic() + wait_seconds
        while True:
            left = deadline - self._clock.monotonic()
            # SQS waits whole seconds only; of one that has just begun, it waits all.
            found = self._receive(limit, lease, max(0, int(left + _SHORT_POLL_SECONDS / 2)))
            left = deadline - self._clock.monotonic()
            if found or left <= 0:
                return found
            self._pause.wait(min(left, _SHORT_POLL_SECONDS))

    def acknowledge(self, message: Message) -> None:
        """Be done with a message for good. Raises LeaseLost when another reader may have it."""
        with self._speaking(), _leased(message):
            self._client.delete_message(QueueUrl=self._address(), ReceiptHandle=message.receipt)

    def extend(self, message: Message, lease_seconds: int) -> None:
        """Keep a message for so long from now on; 0 gives it back at once. Raises LeaseLost."""
        check_extend(lease_seconds)
        with self._speaking(), _leased(message):
            self._client.change_message_visibility(
                QueueUrl=self._address(), ReceiptHandle=message.receipt, VisibilityTimeout=lease_seconds
            )

    def depth(self) -> Depth:
        """Return how many there are, as far as SQS knows."""
        with self._speaking():
            told = self._client.get_queue_attributes(
                QueueUrl=self._address(),
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )["Attributes"]
        return Depth(
            int(told["ApproximateNumberOfMessages"]), int(told["ApproximateNumberOfMessagesNotVisible"])
        )

    def purge(self) -> None:
        """Throw all messages away: SQS does so once in 60 s, and takes up to 60 s for it."""
        with self._speaking():
            self._client.purge_queue(QueueUrl=self._address())

    def _receive(self, limit: int, lease_seconds: int, wait_seconds: int) -> list[Message]:
        with self._speaking():
            answer = self._client.receive_message(
                QueueUrl=self._address(),
                MaxNumberOfMessages=limit,
                VisibilityTimeout=lease_seconds,
                WaitTimeSeconds=wait_seconds,
                MessageSystemAttributeNames=[
                    "ApproximateReceiveCount",
                    "MessageGroupId",
                    "SentTimestamp",
                    "SequenceNumber",
                ],
                # By it boto3's own retry after a cut line gets the same messages, not the next ones.
                ReceiveRequestAttemptId=str(uuid.uuid4()),
            )
        return [_message(raw) for raw in answer.get("Messages", [])]

    @property
    def _client(self) -> SQSClient:
        return _clients.sqs(self._place.region)

    def _address(self) -> str:
        """Return the queue's URL, which does not change while there is the queue."""
        if self._url is None:
            self._url = self._client.get_queue_url(QueueName=self._name)["QueueUrl"]
        return self._url

    def _speaking(self) -> Any:
        return speaking_to(
            f"the queue {self._name} of SQS in {self._place.region}",
            kind="queue",
            name=self._name,
            what=f"A message for {self._name}",
        )


class _leased:  # noqa: N801 - used as a function is, with `with`
    """Let SQS's complaints about a receipt out as LeaseLost."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ClientError) and _is_lost(error):
            raise LeaseLost(message_id=self._message.message_id) from error


def _is_lost(error: ClientError) -> bool:
    if code_of(error) in _LOST:
        return True
    # FIFO queues say so of a receipt whose time is over: "The receipt handle has expired."
    return "receipt" in says(error).lower() or "not available for visibility" in says(error).lower()


def _message(raw: MessageTypeDef) -> Message:
    told = raw["Attributes"]
    return Message(
        message_id=raw["MessageId"],
        body=raw["Body"],
        group=told["MessageGroupId"],
        receipt=raw["ReceiptHandle"],
        deliveries=int(told["ApproximateReceiveCount"]),
        sent_unix=int(told["SentTimestamp"]) / 1000,
        sequence=told["SequenceNumber"],
    )
