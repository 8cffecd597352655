"""What a row of the table of actions is: which operations a job asks for, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Way: TypeAlias = Literal["run", "begin", "end", "abort"]
Key: TypeAlias = str
"""`deviceType/action`, or `sequencer/run/script`; deviceType `*` is any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of an operation: the first of a job's `sources` that is given, read as its `kind`.

    Without one it is `default`, and is left out if that is None too; a `value` is always the same. `late`
    names what makes the operation's value of it when the step begins, from how the devices stand then.
    """

    name: str
    sources: tuple[str, ...] = ()
    kind: str = "text"
    required: bool = False
    default: Any = None
    value: Any = None
    late: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation: `run` a task to its end, `begin` or `end` a process, `abort` a task.

    `agent` is mount, camera or dome, or an instance id. An `optional` step is left out at a site that has no
    such agent; an `always` step is taken whatever became of those before it. `only_if` names a condition.
    """

    agent: str
    operation: str
    parameters: tuple[Parameter, ...] = ()
    way: Way = "run"
    optional: bool = False
    always: bool = False
    only_if: Literal["", "parked"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Steps for jobs that give all of `needs`."""

    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What becomes of a job of one device type and action.

    The first form counts whose needs are met. With a `refusal` the job fails, for that reason. `roles`: one
    of them is needed. `after`: agents whose earlier jobs must have ended. `stops`: the device types (`*` for
    all) whose jobs it overtakes and ends. A `guarded` job is only ended by a stop of its own device type.
    `unused` parameters change nothing here, and a job that sets them is told so.
    """

    forms: tuple[Form, ...] = ()
    refusal: str = ""
    roles: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    guarded: bool = False
    unused: tuple[str, ...] = ()
    remark: str = ""

    @property
    def overtakes(self) -> bool:
        """Whether it waits for no other job."""
        return bool(self.stops)


Table: TypeAlias = Mapping[Key, Row]


@dataclass(frozen=True, slots=True)
class ReadyStep:
    """A step with its parameters; those of `late` are known only when it begins."""

    step: Step
    params: Mapping[str, Any]
    late: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
