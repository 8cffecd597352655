"""Feeds: what an agent publishes, and how it declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

from ocs_sim.agent._errors import BadDeclaration
from ocs_sim.wire import BadName, check_field_name, check_name

if TYPE_CHECKING:
    from ocs_sim.agent._agent import Agent
    from ocs_sim.agent._publisher import Publisher

Encoding = Literal["lists", "packed"]
LISTS: Encoding = "lists"
PACKED: Encoding = "packed"
SampleType = type[float] | type[int] | type[str] | type[bool]


@dataclass(frozen=True, slots=True)
class FeedField:
    """One field of a block: the type of its samples, their unit, and what they are."""

    type: SampleType = float
    unit: str = ""
    description: str = ""

    def encode(self) -> dict[str, str]:
        """Return the field as get_api shows it."""
        return {"type": self.type.__name__, "unit": self.unit, "description": self.description}


Blocks = Mapping[str, Mapping[str, FeedField]]


@dataclass(frozen=True)
class Feed:
    """A feed, declared as an attribute of an agent class or given to `agent.add_feed`.

    A recorded feed publishes blocks: samples of several fields taken at the same moments. With `blocks`
    (block name -> field name -> FeedField) each publication is held to them; without, blocks are taken as
    they come. Samples wait up to `buffer_time_seconds` to be published together; with 0, those do that are
    published while the loop is in one turn, unless `coalesce` is false. `agg_params` are OCS's:
    frame_length and fresh_time in seconds, exclude_aggregator, exclude_influx.

    `encoding` "packed" sends samples in one piece of bytes, at a fraction of the cost: only our own
    subscribers and recorders understand it, and there are no texts in it.
    """

    name: str
    record: bool = False
    blocks: Blocks | None = None
    buffer_time_seconds: float = 0.0
    agg_params: Mapping[str, Any] = field(default_factory=dict)
    coalesce: bool = True
    encoding: Encoding = LISTS

    def __post_init__(self) -> None:
        faults: list[str] = []
        if self.encoding not in (LISTS, PACKED):
            faults.append(f"encoding {self.encoding!r} is neither 'lists' nor 'packed'")
        _check(faults, check_name, self.name, "feed")
        for block, fields in (self.blocks or {}).items():
            _check(faults, check_block_name, block)
            for name, each in fields.items():
                _check(faults, check_field_name, name)
                if each.type is str and self.encoding == PACKED:
                    faults.append(f"field {name!r} of texts cannot be packed")
        if faults:
            raise BadDeclaration(who=f"feed {self.name!r}", fault="; ".join(faults))

    def describe(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the feed's agg_params, and what else our own recorders are to be told of it."""
        if not self.record or self.encoding == LISTS or self.agg_params.get("exclude_aggregator"):
            return dict(self.agg_params), {}
        # OCS's recorders would find blocks without samples.
        not_for_ocs = {"exclude_aggregator": True, "exclude_influx": True}
        return {**self.agg_params, **not_for_ocs}, {"encoding": self.encoding}

    @overload
    def __get__(self, agent: None, owner: type) -> Feed: ...

    @overload
    def __get__(self, agent: Agent[Any], owner: type) -> Publisher: ...

    def __get__(self, agent: Agent[Any] | None, owner: type) -> Feed | Publisher:
        """Return the agent's publisher of this feed, or the declaration on the class."""
        return self if agent is None else agent.feeds[self.name]


def check_block_name(name: Any) -> str:
    """Return `name`, or raise BadName: archives make paths of it."""
    if not isinstance(name, str) or not name or set(name) & set("./\0"):
        raise BadName(what="block", name=name, rule="a text that is not empty, without '.' and '/'")
    return name


def _check(faults: list[str], check: Any, *arguments: Any) -> None:
    try:
        check(*arguments)
    except BadName as fault:
        faults.append(str(fault))
