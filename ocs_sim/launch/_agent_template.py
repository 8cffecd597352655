"""What `obsbow agent new` writes: an agent that works, and its test."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from ocs_sim.launch._errors import LaunchError

_WORD = re.compile("[A-Z]+(?![a-z])|[A-Za-z][a-z0-9]*|[0-9]+")


class BadAgentName(LaunchError):
    """{name!r} cannot name an agent class: use letters and digits, as in `Thermometer` or `dome-heater`."""


class AgentThere(LaunchError):
    """{path} is there already; nothing was written. Choose another name or directory."""


@dataclass(frozen=True)
class NewAgent:
    """The names that follow from the one that the user gave."""

    class_name: str
    module: str
    instance_id: str

    @classmethod
    def of(cls, name: str) -> NewAgent:
        """Return the names for `Thermometer`, `thermometer` or `dome-heater`; raises BadAgentName."""
        words = [each.lower() for each in _WORD.findall(name)]
        class_name = name if name[:1].isupper() else "".join(each.capitalize() for each in words)
        if (
            "".join(words) != re.sub("[-_ ]", "", name).lower()
            or not class_name.isidentifier()
            or keyword.iskeyword(class_name)
        ):
            raise BadAgentName(name=name)
        module = "_".join(words)
        return cls(class_name, f"{module}_" if keyword.iskeyword(module) else module, "-".join(words))


def write_agent(agent: NewAgent, directory: Path) -> tuple[Path, Path]:
    """Write the agent and its test into a directory; return both paths. Raises AgentThere."""
    paths = (directory / f"{agent.module}.py", directory / f"test_{agent.module}.py")
    for path in paths:
        if path.exists():
            raise AgentThere(path=path)
    directory.mkdir(parents=True, exist_ok=True)
    names = {"Name": agent.class_name, "module": agent.module}
    for path, template in zip(paths, (_AGENT, _TEST), strict=True):
        path.write_text(Template(template).substitute(names), encoding="utf-8")
    return paths


_AGENT = '''\
"""$Name: a thermometer that is not there. Replace SimulatedDevice by yours."""

from __future__ import annotations

import random
from typing import Annotated

from pydantic import Field

from ocs_sim.agent import (
    Agent,
    AgentContext,
    DeviceLock,
    Feed,
    FeedField,
    Options,
    Run,
    Unit,
    option,
    process,
    task,
)


class SimulatedDevice:
    """Stands for whatever talks to the hardware."""

    def __init__(self, target: float) -> None:
        self.target = target

    def read(self) -> float:
        """Return the temperature in kelvin."""
        return self.target + random.gauss(0.0, 0.01)


class ${Name}Options(Options):
    """The options that a site file may give: `arguments: {period: 0.5}`."""

    period: float = option(1.0, gt=0, help="seconds between two readings")
    target: float = option(300.0, gt=0, help="the temperature in kelvin to begin with")


class $Name(Agent[${Name}Options]):
    """Reads a temperature, and drives it to a target."""

    Options = ${Name}Options

    readings = Feed(
        "readings",
        record=True,
        blocks={"temps": {"temperature": FeedField(float, "K", "What the sensor says")}},
    )

    def __init__(self, context: AgentContext[${Name}Options]) -> None:
        super().__init__(context)
        self.device_lock = DeviceLock("device")
        self.device = SimulatedDevice(self.options.target)

    @process(startup=True)
    def acq(self, run: Run) -> str:
        """Read the temperature until stopped, and publish it."""
        for _ in run.every(self.options.period):
            with self.device_lock.hold(run):
                temperature = self.device.read()
            self.readings.publish_block("temps", {"temperature": temperature})
            run.data["temperature"] = temperature
        return "Acquisition has ended."

    @task()
    def ramp(
        self,
        run: Run,
        target: Annotated[float, Field(gt=0), Unit("K")],
        rate: Annotated[float, Field(gt=0), Unit("K/s")] = 1.0,
    ) -> str:
        """Drive the temperature to a target, at a rate; abort leaves it where it is.

        Args:
            target (float): where to go, in kelvin.
            rate (float): how fast, in kelvin per second.
        """
        start = self.device.target
        step = rate * 0.1 * (1 if target > start else -1)
        run.progress(target=target, unit="K")
        while abs(target - self.device.target) > abs(step):
            run.sleep(0.1)
            with self.device_lock.hold(run):
                self.device.target += step
            left = abs(target - self.device.target)
            run.progress(fraction=1 - left / abs(target - start), seconds_left=left / rate)
        self.device.target = target
        return f"At {target} K."
'''

_TEST = '''\
"""$Name, with a clock that the test turns by hand: nothing here takes real time."""

import pytest
from $module import $Name

from ocs_sim.testing import AgentHarness, ManualClock


@pytest.fixture
def agent():
    with AgentHarness($Name, arguments=["--period", "0.5"], clock=ManualClock()) as harness:
        yield harness


def test_readings_are_published_at_a_steady_rate(agent):
    agent.advance(5.0)
    blocks = agent.blocks("readings")
    assert len(blocks) == 11
    assert all(abs(block.data["temperature"][0] - 300.0) < 1.0 for block in blocks)


def test_a_ramp_reaches_its_target(agent):
    agent.start("ramp", target=302.0, rate=1.0)
    agent.advance(3.0)
    reply = agent.wait("ramp")
    assert reply.session["success"]
    assert agent.agent.device.target == 302.0


def test_a_ramp_can_be_aborted(agent):
    agent.start("ramp", target=400.0)
    agent.advance(1.0)
    agent.abort("ramp")
    assert agent.wait("ramp").session["success"] is False
    assert 300.0 < agent.agent.device.target < 302.0


def test_a_wrong_target_is_refused(agent):
    assert agent.start("ramp").message == "Param 'target' is required and must not be None"
'''
