"""Messages: in order within a group, delivered until they are acknowledged."""

import threading

import pytest

from ocs_sim.stores import Depth, LeaseLost, LimitExceeded, QueueSpec

SPEC = QueueSpec("ports-commands", lease_seconds=30)


@pytest.fixture
def queue(backend):
    return backend.queue(SPEC)


def send(queue, *bodies, group="g"):
    return [queue.send(body, group=group, deduplication_id=f"{group}-{body}") for body in bodies]


def drained(queue):
    found = []
    while messages := queue.receive(limit=10):
        for message in messages:
            found.append(message.body)
            queue.acknowledge(message)
    return found


def test_a_message_tells_all_of_itself(queue, backend):
    message_id = queue.send("hällo <&>\n\t\U0001f52d", group="g", deduplication_id="x")
    (message,) = queue.receive()
    assert message.body == "hällo <&>\n\t\U0001f52d"
    assert message.message_id == message_id
    assert message.group == "g"
    assert message.deliveries == 1
    assert abs(message.sent_unix - backend.clock.time()) < 60
    assert queue.spec == SPEC


def test_first_in_first_out(queue):
    bodies = [f"{number}" for number in range(25)]
    send(queue, *bodies)
    assert drained(queue) == bodies
    assert queue.receive() == []


def test_sequences_increase(queue):
    send(queue, *"abcdefghij")
    sequences = [message.sequence for message in queue.receive(limit=10)]
    assert sequences == sorted(sequences, key=int)
    assert len(set(sequences)) == 10


def test_several_at_once_are_in_order(queue):
    send(queue, *"abcde")
    assert [message.body for message in queue.receive(limit=3)] == ["a", "b", "c"]


def test_what_is_acknowledged_never_comes_again(queue, backend):
    send(queue, "a")
    queue.acknowledge(queue.receive(lease_seconds=1)[0])
    backend.advance(1)
    assert queue.receive() == []


def test_what_is_not_acknowledged_comes_again(queue, backend):
    send(queue, "a")
    (first,) = queue.receive(lease_seconds=1)
    assert queue.receive() == []
    backend.advance(1)
    (second,) = queue.receive()
    assert second.message_id == first.message_id
    assert second.deliveries == 2
    assert second.receipt != first.receipt


def test_a_leased_message_holds_up_its_group_but_no_other(queue):
    send(queue, "a1", "a2", group="a")
    send(queue, "b1", group="b")
    (first,) = queue.receive()
    assert [message.body for message in queue.receive(limit=10)] == ["b1"]
    queue.acknowledge(first)
    assert [message.body for message in queue.receive(limit=10)] == ["a2"]


def test_order_is_kept_when_a_message_comes_again(queue, backend):
    send(queue, "1", "2")
    queue.receive(lease_seconds=1)
    backend.advance(1)
    assert drained(queue) == ["1", "2"]


def test_a_lease_that_has_ended_cannot_be_used(queue, backend):
    send(queue, "a")
    (old,) = queue.receive(lease_seconds=1)
    backend.advance(1)
    (new,) = queue.receive(lease_seconds=30)
    with pytest.raises(LeaseLost):
        queue.acknowledge(old)
    with pytest.raises(LeaseLost):
        queue.extend(old, 30)
    queue.acknowledge(new)
    assert queue.depth() == Depth(0, 0)


def test_a_lease_is_extended(queue, backend):
    send(queue, "a")
    (message,) = queue.receive(lease_seconds=1)
    queue.extend(message, 60)
    backend.advance(1)
    assert queue.receive() == []
    queue.acknowledge(message)


def test_a_message_is_given_back_at_once(queue):
    send(queue, "a")
    (message,) = queue.receive(lease_seconds=60)
    queue.extend(message, 0)
    assert queue.receive()[0].deliveries == 2


def test_to_acknowledge_twice_is_no_fault(queue):
    send(queue, "a")
    (message,) = queue.receive()
    queue.acknowledge(message)
    queue.acknowledge(message)


def test_the_same_within_five_minutes_is_once(queue):
    first = queue.send("a", group="g", deduplication_id="x")
    assert queue.send("other", group="g", deduplication_id="x") == first
    queue.acknowledge(queue.receive()[0])
    assert queue.send("a", group="g", deduplication_id="x") == first
    assert queue.receive() == []


def test_the_same_after_five_minutes_is_another(queue, backend):
    first = queue.send("a", group="g", deduplication_id="x")
    queue.acknowledge(queue.receive()[0])
    backend.advance(301)
    assert queue.send("a", group="g", deduplication_id="x") != first
    assert queue.receive()[0].body == "a"


def test_the_same_content_is_once_if_the_queue_says_so(backend):
    queue = backend.queue(QueueSpec("ports-contents", content_deduplication=True))
    first = queue.send("a", group="g")
    assert queue.send("a", group="g") == first
    assert queue.send("b", group="g") != first
    assert queue.send("a", group="g", deduplication_id="own") != first
    assert drained(queue) == ["a", "b", "a"]


def test_what_was_delivered_too_often_goes_to_the_dead_letters(backend):
    dead = backend.queue(QueueSpec("ports-dead"))
    queue = backend.queue(QueueSpec("ports-poison", max_deliveries=2, dead_letters="ports-dead"))
    send(queue, "bad", "good")
    for _ in range(2):
        (message,) = queue.receive()
        assert message.body == "bad"
        queue.extend(message, 0)
    assert drained(queue) == ["good"]
    assert drained(dead) == ["bad"]


def test_old_messages_are_forgotten(backend):
    queue = backend.queue(QueueSpec("ports-short", retention_seconds=60))
    send(queue, "a")
    backend.advance(61)
    assert queue.receive() == []
    assert queue.depth() == Depth(0, 0)


def test_depth_counts_both(queue):
    send(queue, "a", "b", "c")
    send(queue, "d", group="h")
    queue.receive()
    assert queue.depth() == Depth(waiting=3, leased=1)


def test_purge_throws_all_away(queue):
    send(queue, "a", "b")
    queue.purge()
    assert queue.receive(limit=10) == []


def test_queues_do_not_know_of_each_other(queue, backend):
    other = backend.queue(QueueSpec("ports-others"))
    send(queue, "a")
    assert other.receive() == []
    send(other, "a")
    assert drained(other) == ["a"]
    assert drained(queue) == ["a"]


def test_who_waits_gets_what_comes_meanwhile(queue):
    received = []
    waiting = threading.Thread(target=lambda: received.extend(queue.receive(wait_seconds=20)))
    waiting.start()
    send(queue, "a")
    waiting.join(19)
    assert [message.body for message in received] == ["a"]


def test_who_waits_in_vain_gets_nothing(queue):
    assert queue.receive(wait_seconds=1) == []


def test_a_long_message_is_taken_whole(queue):
    body = "é" * (512 * 1024)
    queue.send(body, group="g", deduplication_id="x")
    assert queue.receive()[0].body == body


@pytest.mark.parametrize(
    "bad",
    [
        {"body": ""},
        {"body": "x" * (1024 * 1024 + 1)},
        {"body": "a\0b"},
        {"body": "\x1b[0m"},
        {"body": "\ud800"},
        {"body": "\uffff"},
        {"group": ""},
        {"group": "a b"},
        {"group": "x" * 129},
        {"group": "é"},
        {"deduplication_id": None},
        {"deduplication_id": ""},
        {"deduplication_id": "x" * 129},
    ],
    ids=lambda bad: ascii(bad)[:40],
)
def test_what_sqs_would_refuse_is_refused(queue, bad):
    told = {"body": "a", "group": "g", "deduplication_id": "x", **bad}
    with pytest.raises(LimitExceeded):
        queue.send(told.pop("body"), **told)
    assert queue.receive() == []


@pytest.mark.parametrize(
    "bad",
    [{"limit": 0}, {"limit": 11}, {"lease_seconds": 43201}, {"lease_seconds": -1}, {"wait_seconds": 21}],
)
def test_what_cannot_be_received(queue, bad):
    with pytest.raises(LimitExceeded):
        queue.receive(**bad)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "a.fifo"},
        {"name": "x" * 76},
        {"retention_seconds": 59},
        {"retention_seconds": 14 * 86400 + 1},
        {"lease_seconds": 43201},
        {"max_deliveries": 3},
        {"dead_letters": "ports-dead"},
        {"max_deliveries": 1001, "dead_letters": "ports-dead"},
    ],
    ids=str,
)
def test_a_queue_that_sqs_would_not_make_is_not_made(backend, bad):
    with pytest.raises(LimitExceeded):
        backend.queue(QueueSpec(**{"name": "ports-bad", **bad}))
