"""A Jobs agent with the store in front of it, and agents behind it that only pretend."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from typing import Annotated

from ocs_sim.agents.jobs import Jobs
from pydantic import Field

from ocs_sim.agent import Agent, OperationFailed, process, task
from ocs_sim.clock import SystemClock
from ocs_sim.jobs import JobRequest, JobStore, Ulids, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.testing import AgentHarness, LocalBus, wait_until

SITE = "tst"
OWNER = ("owner",)


class Pretender(Agent):
    """An agent whose tasks wait until the test lets them go; `said` is what was asked of it."""

    def __init__(self, context):
        super().__init__(context)
        self.said = []
        self.gates = {}
        self.fails = set()
        self.where = {"at_park": False, "sidereal_time": 5.0, "rotator_angle": 10.0, "clock_offset": 0.0}

    def hold(self, operation):
        """Let runs of an operation wait for `free`."""
        self.gates[operation] = threading.Event()

    def free(self, operation):
        """Let them go on, and those to come."""
        self.gates.pop(operation).set()

    def done(self, run, **params):
        self.said.append((run.name, params))
        gate = self.gates.get(run.name)
        while gate is not None and not gate.is_set():
            run.sleep(0.01)
        if run.name in self.fails:
            raise OperationFailed("It is stuck.")

    @process(startup=True)
    def monitor(self, run):
        """Tell how it stands."""
        for _ in run.every(0.02):
            run.data = dict(self.where)


class PretendedMount(Pretender):
    @task()
    def goto(self, run, ra: float | str, dec: float | str, frame: str = "icrs"):
        """Go."""
        self.done(run, ra=ra, dec=dec, frame=frame)
        return "Pointing."

    @task()
    def goto_altaz(self, run, alt: float, az: float):
        """Go."""
        self.done(run, alt=alt, az=az)

    @task()
    def track(self, run, on: bool = True):
        """Track."""
        self.done(run, on=on)

    @task()
    def park(self, run):
        """Park."""
        self.done(run)

    @task()
    def unpark(self, run):
        """Unpark."""
        self.done(run)
        self.where["at_park"] = False

    @task()
    def home(self, run):
        """Home."""
        self.done(run)

    @task()
    def stop(self, run):
        """Stop."""
        self.done(run)


class PretendedCamera(Pretender):
    shots = 0

    @task()
    def expose(
        self,
        run,
        seconds: float,
        count: int = 1,
        filter: str | int | None = None,  # noqa: A002
        binning: int = 1,
        part: list[float] | str | None = None,
        image_type: str = "light",
        object: str = "",  # noqa: A002
        observer: str = "",
    ):
        """Expose."""
        run.progress(stage="exposing", seconds_left=seconds)
        self.done(run, seconds=seconds, count=count, filter=filter, part=part, image_type=image_type)
        self.shots += 1
        run.data = {"files": [f"/images/image{self.shots}.fits"], "taken": count}
        return f"Took {count} of {count}."

    @task()
    def set_filter(self, run, filter: str | int):  # noqa: A002
        """Filter."""
        self.done(run, filter=filter)

    @task()
    def set_focus(self, run, position: int | None = None, by: int | None = None, unit: str = "step"):
        """Focus."""
        self.done(run, position=position, by=by, unit=unit)

    @task()
    def set_rotator(self, run, degrees: float):
        """Rotate."""
        self.done(run, degrees=degrees)

    @task()
    def autofocus(self, run, points: int = 9, filter: str | int | None = None, binning: int = 1):  # noqa: A002
        """Focus."""
        self.done(run, points=points)

    @task()
    def open_cover(self, run):
        """Open."""
        self.done(run)

    @task()
    def close_cover(self, run):
        """Close."""
        self.done(run)

    @task()
    def calibrator_on(self, run, brightness: Annotated[int, Field(ge=1)] | None = None):
        """Light."""
        self.done(run, brightness=brightness)

    @task()
    def calibrator_off(self, run):
        """Dark."""
        self.done(run)


class PretendedDome(Pretender):
    @task()
    def open(self, run):
        """Open."""
        self.done(run)

    @task()
    def close(self, run):
        """Close."""
        self.done(run)

    @task()
    def park(self, run):
        """Park."""
        self.done(run)

    @task()
    def home(self, run):
        """Home."""
        self.done(run)

    @task()
    def stop(self, run):
        """Stop."""
        self.done(run)

    @task()
    def set_azimuth(self, run, azimuth: float):
        """Turn."""
        self.done(run, azimuth=azimuth)

    @process()
    def slave(self, run):
        """Follow."""
        self.said.append(("slave", {}))
        run.wait(None)


AGENTS = {"mount": PretendedMount, "camera": PretendedCamera, "dome": PretendedDome}
QUICK = ["--site-code", SITE, "--poll-period", "0.02", "--image-wait", "0", "--agent-wait", "5"]


class Bench:
    """Agents on one bus, one store of jobs, and the bridge, which may be away."""

    def __init__(self, directory, bus, stack):
        self.directory = directory
        self.bus = bus
        self.stores = stack.enter_context(_closing(open_stores(StoreAddresses(directory / "data/stores"))))
        self.ulids = Ulids(SystemClock())
        self.jobs = JobStore(self.stores.table(job_table()), SystemClock(), self.ulids)
        self._stack = stack
        self.agents = {}
        self._stacks = {}

    def add(self, name, cls=None):
        """Start an agent behind the bridge."""
        stack = self._stacks[name] = self._stack.enter_context(ExitStack())
        harness = AgentHarness(cls or AGENTS[name], instance_id=name, bus=self.bus, directory=self.directory)
        self.agents[name] = stack.enter_context(harness).agent
        return self.agents[name]

    def remove(self, name):
        """Stop an agent."""
        self._stacks.pop(name).close()

    @contextmanager
    def bridge(self, *arguments):
        """Run the bridge for the time of a `with`."""
        words = [*QUICK, *arguments]
        with AgentHarness(
            Jobs, arguments=words, instance_id="jobs", bus=self.bus, directory=self.directory
        ) as harness:
            yield harness

    def post(self, device, action, required=None, optional=None, roles=OWNER, site=SITE):
        """Add a job; return its ULID."""
        request = JobRequest(
            site, device, f"{device}1", action, "Ada", "ada", roles, optional or {}, required or {}
        )
        return self.jobs.new(request).ulid

    def job(self, ulid):
        return self.jobs.get(SITE, ulid)

    def status(self, ulid):
        return self.job(ulid).status

    def until(self, ulid, *statuses):
        """Wait for a job to have a status; return the job."""
        wait_until(lambda: self.status(ulid) in statuses, 10.0)
        return self.job(ulid)

    def ended(self, ulid):
        """Wait for a job's end; return status, last words and result."""
        wait_until(lambda: self.job(ulid).has_ended, 10.0)
        job = self.job(ulid)
        return job.status, job.history[-1].message, job.result


@contextmanager
def _closing(stores):
    try:
        yield stores
    finally:
        stores.close()


@contextmanager
def bench_in(directory, *names):
    """Lay out a bench with some of the agents."""
    with ExitStack() as stack:
        bench = Bench(directory, stack.enter_context(LocalBus()), stack)
        for name in names or AGENTS:
            bench.add(name)
        yield bench
