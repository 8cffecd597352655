"""What only the adapters of AWS have: prefixes, many readers, parts, batches, clients."""

import io
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ocs_sim.clock import SystemClock
from ocs_sim.stores import (
    LimitExceeded,
    ObjectExists,
    QueueSpec,
    StoreAddresses,
    StoreUnreachable,
    TableSpec,
    open_stores,
)
from ocs_sim.stores._aws import Provisioner, _clients, _writing, open_table
from tests.stores.aws.gaps import MINISTACK_GAPS, MOTO_GAPS

JOBS = TableSpec("adapters-jobs", "site", "ulid")
QUEUE = QueueSpec("adapters-commands", lease_seconds=60)
READERS = 20


@dataclass
class Wanted:
    queues: list = field(default_factory=list)
    tables: list = field(default_factory=list)


@pytest.fixture
def addresses(on_ministack, tmp_path, request):
    own = f"a{abs(hash(request.node.name)) % 10**8}"
    found = StoreAddresses(
        tmp_path,
        queue=f"sqs://us-east-1?prefix={own}-&suffix=-mine",
        documents=f"dynamodb://us-east-1?suffix=-{own}",
        objects=f"s3://{own}-bucket/some/where?region=us-east-1",
    )
    Provisioner(found).create(Wanted([QUEUE], [JOBS]))
    return found


@pytest.fixture
def stores(addresses):
    with open_stores(addresses) as stores:
        yield stores


def together(number, what):
    """Do something in so many threads at once; return what each returned, or the error it raised."""
    start, found = threading.Barrier(number), []

    def run(index):
        start.wait(30)
        try:
            found.append(what(index))
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_resources_have_the_names_that_the_address_says(addresses, on_ministack):
    own = addresses.objects.removeprefix("s3://").partition("-")[0]
    names = [state.name for state in Provisioner(addresses).status(Wanted([QUEUE], [JOBS]))]
    assert names == [f"{own}-adapters-commands-mine.fifo", f"adapters-jobs-{own}", f"{own}-bucket"]


def test_a_prefix_is_before_all_keys_and_in_none(stores, addresses):
    stores.objects.put("sro/a.fits", b"x")
    with open_stores(
        StoreAddresses(addresses.directory, objects=addresses.objects.replace("/some/where", ""))
    ) as all_of_it:
        all_of_it.objects.put("some/where-else", b"not ours")
        assert [info.key for info in all_of_it.objects.list()] == ["some/where-else", "some/where/sro/a.fits"]
    assert [info.key for info in stores.objects.list()] == ["sro/a.fits"]
    assert [info.key for info in stores.objects.list(after="sro/a.fits")] == []
    assert stores.objects.get("sro/a.fits") == b"x"


def test_twenty_readers_of_two_sites_get_every_message_once(addresses):
    sent = 120
    with open_stores(addresses) as one, open_stores(addresses) as other:
        queues = [one.queue(QUEUE), other.queue(QUEUE)]
        for number in range(sent):
            queues[0].send(str(number), group=f"g{number % 30}", deduplication_id=str(number))

        def read(index):
            found, idle = [], 0
            while idle < 3:
                messages = queues[index % 2].receive(limit=3)
                idle = 0 if messages else idle + 1
                for message in messages:
                    found.append(message.body)
                    queues[index % 2].acknowledge(message)
            return found

        got = together(READERS, read)
    assert Counter(body for own in got for body in own) == Counter(str(number) for number in range(sent))


def test_who_waits_for_seconds_asks_once(stores):
    queue, asked = stores.queue(QUEUE), []
    queue.depth()
    events = _clients.sqs("us-east-1").meta.events
    events.register(
        "provide-client-params.sqs.ReceiveMessage", lambda params, **_: asked.append(params), "waits"
    )
    try:
        assert queue.receive(wait_seconds=1.0) == []
    finally:
        events.unregister("provide-client-params.sqs.ReceiveMessage", unique_id="waits")
    assert [params["WaitTimeSeconds"] for params in asked] == [1]


def test_of_those_who_put_what_must_be_absent_one_wins(stores):
    found = together(READERS, lambda index: stores.objects.put("one", b"%d" % index, absent=True))
    lost = [each for each in found if isinstance(each, ObjectExists)]
    assert len(lost) == READERS - 1


def test_a_counter_that_many_add_to_is_exact(stores):
    table = stores.table(JOBS)
    together(READERS, lambda _: table.update(("sro", "1"), add={"n": 1}, must_exist=False))
    assert table.get("sro", "1")["n"] == READERS


def test_an_upload_in_parts_from_what_cannot_go_back(stores):
    class Pipe(io.RawIOBase):
        def __init__(self, size):
            self.left = size

        def readable(self):
            return True

        def readinto(self, buffer):
            size = min(len(buffer), self.left)
            buffer[:size] = b"x" * size
            self.left -= size
            return size

    size = 17 * 1024 * 1024
    told = stores.objects.put("large", Pipe(size), content_type="image/fits", metadata={"filter": "r"})
    assert (told.size_bytes, told.content_type, dict(told.metadata)) == (size, "image/fits", {"filter": "r"})
    assert stores.objects.get("large", size - 3) == b"xxx"


class ReluctantTables:
    """Gives back the last of each batch so many times."""

    def __init__(self, times):
        self.left = times
        self.written = []

    def batch_write_item(self, *, RequestItems):  # noqa: N803
        ((table, requests),) = RequestItems.items()
        taken, back = (requests[:-1], requests[-1:]) if self.left else (requests, [])
        self.left -= bool(self.left)
        self.written += [request["PutRequest"]["Item"]["ulid"]["S"] for request in taken]
        return {"UnprocessedItems": {table: back} if back else {}}


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(_writing, "_LONGEST_PAUSE_SECONDS", 0.001)


def put_many(client, monkeypatch):
    monkeypatch.setattr(_clients, "dynamodb", lambda region: client)
    table = open_table("dynamodb://us-east-1", JOBS, SystemClock())
    table.put_many({"site": "sro", "ulid": f"{number:03}"} for number in range(60))


def test_documents_that_are_given_back_are_written_again(monkeypatch, hurried):
    client = ReluctantTables(5)
    put_many(client, monkeypatch)
    assert sorted(client.written) == [f"{number:03}" for number in range(60)]


def test_who_gets_documents_back_for_ever_is_told(monkeypatch, hurried):
    with pytest.raises(StoreUnreachable, match="1 documents were given back 10 times"):
        put_many(ReluctantTables(10**6), monkeypatch)


def test_a_client_is_made_once_for_all_who_speak_to_the_same(on_ministack, monkeypatch):
    first = _clients.sqs("us-east-1")
    assert all(each is first for each in together(5, lambda _: _clients.sqs("us-east-1")))
    assert _clients.sqs("us-west-2") is not first
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1")
    assert _clients.sqs("us-east-1") is not first


def test_prefix_and_suffix_count_for_the_length_of_names():
    affix = "x" * 40
    with open_stores(
        StoreAddresses(
            Path("unused"),
            queue=f"sqs://us-east-1?prefix={affix}",
            documents=f"dynamodb://us-east-1?suffix={affix * 5}",
        )
    ) as stores:
        assert stores.queue(QueueSpec("y" * 35)).spec.name == "y" * 35
        with pytest.raises(LimitExceeded, match="1 to 75 letters"):
            stores.queue(QueueSpec("y" * 36))
        with pytest.raises(LimitExceeded, match="3 to 255 letters"):
            stores.table(TableSpec("y" * 56, "State"))


def test_the_page_says_how_many_tests_must_fail():
    page = (Path(__file__).parents[3] / "docs/reference/stores.md").read_text()
    assert f"{len(MINISTACK_GAPS)} tests must fail there" in page
    assert f"{len(MOTO_GAPS)} tests must fail there" in page


@pytest.mark.parametrize("module", ["ocs_sim.stores", "ocs_sim.launch", "ocs_sim.launch.commands.aws"])
def test_boto3_is_imported_only_by_who_uses_it(module):
    program = f"import sys, {module}; sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
