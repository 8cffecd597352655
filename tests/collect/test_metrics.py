"""What Prometheus gets, read with its own parser, over HTTP."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ocs_sim.archive import FeedCounters
from ocs_sim.collect import MetricsPortTaken, MetricsServer, Readings
from ocs_sim.testing import free_port

F = "observatory.data1.feeds.temperatures"
LABELS = {"feed": F, "agent": "observatory.data1"}


def counters(**changes):
    feed = FeedCounters(
        published=10,
        received=7,
        replayed=2,
        duplicate=1,
        lost=1,
        samples=90,
        bytes=4096,
        waiting=3,
        dropped=4,
    )
    for seconds in (0.05, 0.05, 0.5):
        feed.latency.observe(seconds)
    for name, value in changes.items():
        setattr(feed, name, value)
    return feed


READINGS = Readings(
    feeds={F: counters()},
    is_recording=True,
    trouble="the disk is full",
    queued_bytes=5,
    queue_fill=0.25,
    pending_bytes=6,
    journal_bytes=7000,
    sealed_files=8,
    unsealed_files=9,
    dropped_blocks=10,
    rejected_blocks=11,
    pending_blocks=12,
    in_flight=13,
    collected_bytes=14,
)


@pytest.fixture
def serve():
    servers = []

    def begin(read=lambda: READINGS, interface="127.0.0.1", port=None):
        servers.append(MetricsServer(read, interface, free_port() if port is None else port))
        return servers[-1]

    yield begin
    for server in servers:
        server.close()


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        return answer.read().decode()


def samples(text):
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert (sample.name, tuple(sample.labels.items())) not in found
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def of_feed(found, name, **more):
    return found[name, tuple(sorted({**LABELS, **more}.items()))]


def test_every_counter_of_a_feed_is_there(serve):
    found = samples(get(serve().url))
    blocks = {
        "published": 10, "received": 7, "replayed": 2, "duplicate": 1, "lost": 1, "dropped": 4,
    }  # fmt: skip
    assert {name: of_feed(found, f"ocs_feed_blocks_{name}_total") for name in blocks} == blocks
    assert of_feed(found, "ocs_feed_samples_total") == 90
    assert of_feed(found, "ocs_feed_bytes_total") == 4096
    assert of_feed(found, "ocs_feed_queue_blocks") == 3


def test_latency_is_a_histogram(serve):
    found = samples(get(serve().url))
    assert of_feed(found, "ocs_feed_latency_seconds_count") == 3
    assert of_feed(found, "ocs_feed_latency_seconds_sum") == pytest.approx(0.6)
    assert of_feed(found, "ocs_feed_latency_seconds_bucket", le="+Inf") == 3
    at_most = sorted(
        (float(dict(labels)["le"]), value)
        for (name, labels), value in found.items()
        if name == "ocs_feed_latency_seconds_bucket"
    )
    assert [value for _, value in at_most] == sorted(value for _, value in at_most)
    assert max(value for bound, value in at_most if bound < 0.04) == 0
    assert min(value for bound, value in at_most if 0.1 < bound < 0.4) == 2


def test_the_recorder_and_the_replay_are_there_too(serve):
    found = samples(get(serve().url))
    whole = {name: value for (name, labels), value in found.items() if not labels}
    assert whole == {
        "ocs_recorder_recording": 1,
        "ocs_recorder_trouble": 1,
        "ocs_recorder_queue_bytes": 5,
        "ocs_recorder_queue_fill_ratio": 0.25,
        "ocs_recorder_pending_bytes": 6,
        "ocs_journal_bytes_total": 7000,
        "ocs_files_sealed_total": 8,
        "ocs_files_unsealed": 9,
        "ocs_recorder_blocks_dropped_total": 10,
        "ocs_recorder_blocks_rejected_total": 11,
        "ocs_replay_pending_blocks": 12,
        "ocs_replay_in_flight": 13,
        "ocs_replay_bytes_total": 14,
    }


def test_each_metric_is_explained(serve):
    for family in text_string_to_metric_families(get(serve().url)):
        assert family.documentation.endswith(".")
        assert family.type in ("counter", "gauge", "histogram")


def test_names_with_odd_characters_survive(serve):
    odd = 'observatory.a"b\\c\nd.feeds.f'
    found = samples(get(serve(lambda: Readings(feeds={odd: counters()})).url))
    labels = (("agent", 'observatory.a"b\\c\nd'), ("feed", odd))
    assert found["ocs_feed_samples_total", labels] == 90


def test_what_is_shown_is_what_is_counted_then(serve):
    feed = counters()
    server = serve(lambda: Readings(feeds={F: feed}))
    assert of_feed(samples(get(server.url)), "ocs_feed_blocks_received_total") == 7
    feed.received += 5
    assert of_feed(samples(get(server.url)), "ocs_feed_blocks_received_total") == 12


def test_anything_else_is_not_found(serve):
    with pytest.raises(urllib.error.HTTPError) as error:
        get(serve().url.replace("/metrics", "/"))
    assert error.value.code == 404
    assert b"/metrics" in error.value.read()
    error.value.close()


def test_a_port_that_is_taken_is_said_and_can_be_had_later(serve):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MetricsPortTaken, match=f"127.0.0.1:{port}.*in use"):
            serve(port=port)
    samples(get(serve(port=port).url))


def test_closing_frees_the_port_and_leaves_no_thread(serve):
    port = free_port()
    server = MetricsServer(lambda: READINGS, "127.0.0.1", port)
    get(server.url)
    silent = socket.create_connection(("127.0.0.1", port))
    server.close()
    silent.close()
    samples(get(serve(port=port).url))
    assert len([thread for thread in threading.enumerate() if thread.name == "metrics"]) == 1


def test_clients_that_say_nothing_or_nonsense_do_not_keep_others_waiting(serve):
    server = serve()
    port = int(server.url.split(":")[2].split("/")[0])
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for client in clients[::2]:
        client.sendall(b"\x00\xff\r\n\r\n")
    samples(get(server.url))
    for client in clients:
        client.close()


def test_it_answers_on_ipv6_as_well(serve):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = serve(interface="::1")
    assert server.url.startswith("http://[::1]:")
    samples(get(server.url))
