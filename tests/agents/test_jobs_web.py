"""Jobs from a service over HTTP: ours, which knows leases, and one which forgets what it has given out."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ocs_sim.clock import SystemClock
from ocs_sim.jobs import JobRequest, JobStore, Ulids, job_table
from ocs_sim.ranch import RanchServer, create_app
from ocs_sim.testing import wait_until
from tests.agents.jobs_bench import SITE, bench_in
from tests.ranch.ranch_bench import Ranch

GO = {"ra": "1", "dec": "2"}


@pytest.fixture
def bench(tmp_path):
    with bench_in(tmp_path) as bench:
        yield bench


@pytest.fixture
def ranch(tmp_path):
    with Ranch(tmp_path / "ranch") as served:
        yield served


def post(jobs, action="go", params=GO):
    return jobs.new(JobRequest(SITE, "mount", "m", action, "Ada", "ada", ("owner",), {}, params)).ulid


def test_jobs_of_our_service_are_claimed_and_told(bench, ranch):
    with bench.bridge("--source", f"{ranch.url}/jobs"):
        good, bad = post(ranch.jobs), post(ranch.jobs, "goo")
        wait_until(lambda: ranch.jobs.get(SITE, bad).has_ended and ranch.jobs.get(SITE, good).has_ended)
    job = ranch.jobs.get(SITE, good)
    assert (job.status, job.history[-1].by) == ("COMPLETE", "anonymous as jobs")
    assert job.session["operation"] == "goto"
    assert ranch.jobs.get(SITE, bad).status == "FAILED"
    assert "Did you mean mount/go" in ranch.jobs.get(SITE, bad).result["message"]


def test_a_job_of_our_service_is_taken_up_after_a_restart(bench, ranch):
    mount = bench.agents["mount"]
    mount.hold("goto")
    with bench.bridge("--source", f"{ranch.url}/jobs"):
        ulid = post(ranch.jobs)
        wait_until(lambda: mount.said)
        wait_until(lambda: (ranch.jobs.get(SITE, ulid).session or {}).get("run"))
    with bench.bridge("--source", f"{ranch.url}/jobs"):
        mount.free("goto")
        wait_until(lambda: ranch.jobs.get(SITE, ulid).has_ended)
    assert ranch.jobs.get(SITE, ulid).status == "COMPLETE"
    assert len(mount.said) == 1


def test_a_service_that_is_away_is_said_and_messages_of_the_queue_are_done_all_the_same(bench, ranch):
    ranch.run(ranch.server.stop())
    with bench.bridge("--source", f"{ranch.url}/jobs") as bridge:
        wait_until(lambda: bridge.status("work").session["degraded"])
        assert bench.ended(bench.post("mount", "go", GO))[0] == "COMPLETE"
        ranch.server = RanchServer(create_app(ranch.services), port=ranch.port)
        ranch.run(ranch.server.start())
        ulid = post(ranch.jobs)
        wait_until(lambda: ranch.jobs.get(SITE, ulid).has_ended)
        wait_until(lambda: not bridge.status("work").session["degraded"])


class Foreign:
    """What a service does that has only the documented routes; `lose` answers are never sent."""

    def __init__(self, jobs):
        self.jobs = jobs
        self.told = []
        self.ghost = False
        self.nonsense = False
        self.lose = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = owner.answer(self.path.rpartition("/")[2], body)
                if status is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jobs"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    def answer(self, route, body):
        if self.nonsense:
            return 200, {"message": "Internal server error"}
        if route == "getnewjobs":
            found = [job.to_wire() for job in self.jobs.deliver(body["site"])]
            if self.lose and found:
                self.lose -= 1
                return None, None
            ghosts = [{"site": SITE, "ulid": "x", "statusId": "UNREAD#x"}] if self.ghost else []
            return 200, [*ghosts, *found]
        if route == "getrecentjobs":
            return 200, [job.to_wire() for job in self.jobs.recent(body["site"], 0)[0]]
        if route == "updatejobstatus":
            self.told.append((body["ulid"], body["newStatus"]))
            return 200, {"ResponseMetadata": {}}
        return 403, {"message": "Missing Authentication Token"}

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def foreign(tmp_path, bench, monkeypatch):
    monkeypatch.setattr("ocs_sim.agents._jobs._foreign_source._PERIOD_SECONDS", 0.02)
    spec = job_table()
    table = bench.stores.table(type(spec)(**{**vars_of(spec), "name": "theirs"}))
    with Foreign(JobStore(table, SystemClock(), Ulids(SystemClock()))) as served:
        yield served


def vars_of(spec):
    return {name: getattr(spec, name) for name in spec.__dataclass_fields__}


def test_jobs_of_another_service_are_done_and_told(bench, foreign):
    foreign.ghost = True
    with bench.bridge("--source", foreign.url):
        ulid = post(foreign.jobs)
        wait_until(lambda: (ulid, "COMPLETE") in foreign.told)
    assert (ulid, "STARTED") in foreign.told
    assert len(bench.agents["mount"].said) == 1


def test_a_job_whose_delivery_was_lost_is_found_again(bench, foreign):
    with bench.bridge("--source", foreign.url):
        first = post(foreign.jobs)
        wait_until(lambda: (first, "COMPLETE") in foreign.told)
        foreign.lose = 1
        second = post(foreign.jobs, params={"az": 1, "alt": 45})
        wait_until(lambda: (second, "COMPLETE") in foreign.told)
    assert [name for name, _ in bench.agents["mount"].said] == ["goto", "goto_altaz"]


def test_a_job_of_another_service_outlives_the_bridge(bench, foreign):
    mount = bench.agents["mount"]
    mount.hold("goto")
    with bench.bridge("--source", foreign.url):
        runs, waits = post(foreign.jobs), post(foreign.jobs, params={"az": 1, "alt": 45})
        wait_until(lambda: (runs, "STARTED") in foreign.told)
        wait_until(lambda: mount.said)
    with bench.bridge("--source", foreign.url):
        mount.free("goto")
        wait_until(lambda: (waits, "COMPLETE") in foreign.told)
    assert (runs, "COMPLETE") in foreign.told
    assert [name for name, _ in mount.said] == ["goto", "goto_altaz"]


def test_nonsense_from_a_service_is_said_and_outlived(bench, foreign):
    with bench.bridge("--source", foreign.url) as bridge:
        first = post(foreign.jobs)
        wait_until(lambda: (first, "COMPLETE") in foreign.told)
        foreign.nonsense = True
        wait_until(lambda: bridge.status("work").session["degraded"])
        assert "is not answered with a list" in bridge.status("work").session["degraded_reason"]
        foreign.nonsense = False
        second = post(foreign.jobs)
        wait_until(lambda: (second, "COMPLETE") in foreign.told)
