"""Readers of one site, and everybody else."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocs_sim.jobs import request_from_body
from ocs_sim.ranch._threads import MOST_THREADS
from ocs_sim.testing import wait_until
from tests.ranch.ranch_bench import WISH


class Slow:
    """Delivers when it is told to."""

    def __init__(self, ranch, monkeypatch):
        self.may_end, self.asked = threading.Event(), []
        self._deliver, self._check = ranch.jobs.deliver, ranch.services.site_keys.check
        monkeypatch.setattr(ranch.jobs, "deliver", self.deliver)
        monkeypatch.setattr(ranch.services.site_keys, "check", self.check)

    def check(self, site, key):
        self.asked.append(site)
        return self._check(site, key)

    def deliver(self, *arguments, **options):
        found = self._deliver(*arguments, **options)
        assert self.may_end.wait(20)
        return found


@pytest.fixture
def slow(ranch, monkeypatch):
    slow = Slow(ranch, monkeypatch)
    yield slow
    slow.may_end.set()


def poll(ranch):
    return ranch.post("getnewjobs", {"site": "tst"}).json()


def test_many_readers_of_one_site_keep_nobody_waiting(ranch, slow):
    with ThreadPoolExecutor(MOST_THREADS + 2) as readers:
        polls = [readers.submit(poll, ranch) for _ in range(MOST_THREADS + 2)]
        wait_until(lambda: len(slow.asked) == MOST_THREADS + 2)
        stop = ranch.asked(action="stop", site="two")["ulid"]
        assert ranch.http.get(f"/jobs/two/{stop}").status_code == 200
        slow.may_end.set()
        assert [each.result() for each in polls] == [[]] * len(polls)


def test_who_has_gone_takes_no_jobs_with_him(ranch, slow):
    with ThreadPoolExecutor(1) as readers:
        first = readers.submit(poll, ranch)
        wait_until(lambda: len(slow.asked) == 1)
        with socket.create_connection(("127.0.0.1", ranch.port)) as impatient:
            body = json.dumps({"site": "tst"})
            head = f"POST /jobs/getnewjobs HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            impatient.sendall(f"{head}{body}".encode())
            wait_until(lambda: len(slow.asked) == 2)
        # The loop hears that he has gone before it hears of these.
        for _ in range(3):
            assert ranch.http.get("/").status_code == 200
        job = ranch.jobs.new(request_from_body(WISH))
        slow.may_end.set()
        assert first.result() == []
    assert [each["ulid"] for each in poll(ranch)] == [job.ulid]


def test_a_stop_is_read_while_old_jobs_are_still_being_cancelled(ranch, monkeypatch):
    old = ranch.asked()["ulid"]
    assert len(poll(ranch)) == 1
    may_end, cancel_all = threading.Event(), ranch.jobs.cancel_all

    def slowly(*arguments):
        assert may_end.wait(20)
        return cancel_all(*arguments)

    monkeypatch.setattr(ranch.jobs, "cancel_all", slowly)
    with ThreadPoolExecutor(MOST_THREADS + 2) as users:
        stops = [users.submit(ranch.asked, action="cancel_all_commands") for _ in range(MOST_THREADS + 2)]
        try:
            wait_until(lambda: len(ranch.jobs.recent("tst", 0)[0]) == 1 + len(stops))
            assert [each["action"] for each in poll(ranch)][-1:] == ["cancel_all_commands"]
            assert ranch.jobs.get("tst", old).status == "RECEIVED"
        finally:
            may_end.set()
        assert {stop.result()["replicaStatusId"].split("#")[0] for stop in stops} <= {"UNREAD", "CANCELED"}
    assert ranch.jobs.get("tst", old).status == "CANCELED"
