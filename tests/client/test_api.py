from __future__ import annotations

import inspect
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.client import AgentApi, OperationInfo


def signature(schema) -> str:
    return str(OperationInfo("go", "task", None, schema).signature)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (None, "(**params)"),
        ({"properties": {}, "additionalProperties": False}, "()"),
        (
            {
                "properties": {"delay": {"type": "number", "default": 5.0}, "name": {"type": "string"}},
                "required": ["name"],
                "additionalProperties": False,
            },
            "(*, delay: float = 5.0, name: str)",
        ),
        (
            {
                "properties": {"x": {"anyOf": [{"type": "number"}, {"type": "null"}]}},
                "additionalProperties": False,
            },
            "(*, x: float | None = None)",
        ),
        (
            {
                "properties": {"x": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
                "additionalProperties": False,
            },
            "(*, x=None)",
        ),
        ({"properties": {"x": {"enum": ["a", "b"]}}, "additionalProperties": True}, "(*, x=None, **params)"),
        ({"properties": {"params": {"type": "array"}}}, "(*, params: list = None, **other_params)"),
        (
            {
                "properties": {"not a name": {}, "class": {}, "ok": {"type": "boolean"}},
                "additionalProperties": False,
            },
            "(*, ok: bool = None)",
        ),
    ],
)
def test_parameters_are_those_of_the_schema(schema, text):
    assert signature(schema) == text


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(["number", "null", "weird"]),
                "default": st.integers(),
                "anyOf": st.lists(
                    st.fixed_dictionaries({"type": st.sampled_from(["string", "null", "x"])}), max_size=3
                ),
            },
        ),
        max_size=5,
    ),
    st.booleans(),
)
def test_any_schema_gives_a_signature(properties, anything):
    info = OperationInfo("go", "task", None, {"properties": properties, "additionalProperties": anything})

    names = set(info.signature.parameters)
    assert {name for name in properties if name.isidentifier()} - names <= set(keyword.kwlist)
    kinds = {each.kind for each in info.signature.parameters.values()}
    assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}


def test_names_become_attributes_as_with_ocs():
    assert OperationInfo("take-data now", "task").attribute == "take_data_now"


def test_what_an_ocs_agent_tells_is_enough():
    api = AgentApi.decode(
        {
            "agent_class": "OldAgent",
            "instance_hostname": "host",
            "instance_pid": 12,
            "feeds": [["beat", {"address": "observatory.x.feeds.beat", "record": False}]],
            "tasks": [["go", {}, {"docstring": None, "op_type": "task"}]],
            "processes": [["acq", {}, {"docstring": "Acquire.", "op_type": "process"}]],
        }
    )

    assert (api.agent_class, api.hostname, api.pid, api.boot_id) == ("OldAgent", "host", 12, None)
    assert {name: info.kind for name, info in api.operations.items()} == {"go": "task", "acq": "process"}
    assert api.operations["acq"].help == "Acquire."
    assert "does not describe" in api.operations["go"].help
    assert api.feeds["beat"].blocks == {}
    assert not api.has_access_control
