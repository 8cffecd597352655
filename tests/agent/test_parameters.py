"""What a client may send: OCS's own words for each fault, all faults at once."""

from __future__ import annotations

import enum
import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

import jsonschema
import numpy as np
import pytest
from annotated_types import Ge
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field

from ocs_sim.agent import BadParameters, Run, Unit
from ocs_sim.agent._params import Parameters


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Point(BaseModel):
    x: float
    y: float = 0.0


def even(value: int) -> int:
    if value % 2:
        raise ValueError("it must be even")
    return value


def move(
    run: Run,
    steps: int,
    speed: Annotated[float, Field(ge=0), Unit("deg/s")] = 5.0,
    way: Literal["east", "west"] = "east",
    colour: Colour = Colour.RED,
    ports: list[int] = [1, 2],  # noqa: B006
    box: tuple[int, int] = (3, 4),
    quiet: bool = False,
    name: str = "x",
    limit: float | None = None,
    either: int | str = 0,
    pairs: Annotated[int, AfterValidator(even)] = 2,
    low: Annotated[int, Ge(1)] = 1,
) -> None: ...


MOVE = Parameters(move, "move")


def fault(params: Any, parameters: Parameters = MOVE) -> str:
    with pytest.raises(BadParameters) as refused:
        parameters.parse(params)
    return str(refused.value)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        (None, "Param 'steps' is required and must not be None"),
        ({}, "Param 'steps' is required and must not be None"),
        ({"steps": None}, "Param 'steps' is required and must not be None"),
        ({"steps": "3"}, "Param 'steps'=3 is not of required type (<class 'int'>)"),
        ({"steps": 3.0}, "Param 'steps'=3.0 is not of required type (<class 'int'>)"),
        ({"steps": True}, "Param 'steps'=True is not of required type (<class 'int'>)"),
        ({"speed": "two"}, "Param 'speed'=two is not of required type (<class 'float'>)"),
        ({"speed": False}, "Param 'speed'=False is not of required type (<class 'float'>)"),
        ({"speed": -1}, "Param 'speed' failed validity check (see docs?)."),
        ({"low": 0}, "Param 'low' failed validity check (see docs?)."),
        ({"way": "up"}, "Param 'way'=up is not in allowed set (['east', 'west'])"),
        ({"colour": "green"}, "Param 'colour'=green is not in allowed set (['red', 'blue'])"),
        ({"ports": 3}, "Param 'ports'=3 is not of required type (list[int])"),
        ({"ports": [1, "a"]}, "Param 'ports'=[1, 'a'] is not of required type (list[int])"),
        ({"box": [1]}, "Param 'box'=[1] is not of required type (tuple[int, int])"),
        ({"quiet": 1}, "Param 'quiet'=1 is not of required type (<class 'bool'>)"),
        ({"quiet": "true"}, "Param 'quiet'=true is not of required type (<class 'bool'>)"),
        ({"name": 3}, "Param 'name'=3 is not of required type (<class 'str'>)"),
        ({"name": True}, "Param 'name'=True is not of required type (<class 'str'>)"),
        ({"limit": "low"}, "Param 'limit'=low is not of required type (<class 'float'>)"),
        ({"either": 1.5}, "Param 'either'=1.5 is not of required type (int | str)"),
        ({"pairs": 3}, "Param 'pairs'=3: it must be even"),
        ({"stray": 1}, "params included unexpected values: ['stray']"),
        ({"a": 1, "b": None}, "params included unexpected values: ['a', 'b']"),
    ],
)
def test_one_fault_has_the_very_words_of_ocs(params, text):
    given_steps = {"steps": 1, **params} if params and "steps" not in params else params
    assert fault(given_steps) == text


def test_all_faults_come_at_once_in_the_order_of_the_signature():
    assert fault({"zoo": 1, "quiet": 2, "speed": -3}) == (
        "Param 'steps' is required and must not be None; Param 'speed' failed validity check (see docs?).; "
        "Param 'quiet'=2 is not of required type (<class 'bool'>); params included unexpected values: ['zoo']"
    )


@pytest.mark.parametrize(
    ("params", "kind"), [([], "list"), ([1], "list"), ("text", "str"), (3, "int"), ((), "tuple")]
)
def test_what_is_no_dict_has_no_attribute_get(params, kind):
    text = f"CRASH: during param pre-processing: '{kind}' object has no attribute 'get'"
    assert fault(params) == text


def test_an_operation_without_parameters_takes_none():
    parameters = Parameters(lambda run: None, "bare")
    assert parameters.parse(None) == {}
    assert fault({"x": 1}, parameters) == "params included unexpected values: ['x']"
    assert (
        fault([], parameters) == "CRASH: during param pre-processing: 'list' object has no attribute 'keys'"
    )


def test_an_operation_may_take_whatever_comes():
    parameters = Parameters(lambda run, **params: None, "open")
    assert parameters.parse({"x": [1]}) == {"x": [1]}
    assert parameters.parse([]) == parameters.parse(None) == {}


def test_what_fits_is_converted():
    parsed = MOVE.parse({"steps": 3, "speed": 2, "box": [5, 6], "colour": "blue", "limit": None, "way": None})
    assert parsed["speed"] == 2.0
    assert type(parsed["speed"]) is float
    assert parsed["box"] == (5, 6)
    assert parsed["colour"] is Colour.BLUE
    assert parsed["limit"] is None
    assert parsed["way"] == "east"


def test_mutable_defaults_are_not_shared():
    MOVE.parse({"steps": 1})["ports"].append(3)
    assert MOVE.parse({"steps": 1})["ports"] == [1, 2]


def test_numpy_values_are_taken_for_what_they_hold():
    parsed = MOVE.parse({"steps": np.int64(3), "speed": np.float32(0.5), "ports": np.arange(3)})
    assert (parsed["steps"], parsed["speed"], parsed["ports"]) == (3, 0.5, [0, 1, 2])


def test_hints_may_be_models_and_names_may_be_pydantics_own():
    def op(
        run: Run, where: Point, model_config: int = 1, copy: str = "", _x: int = 2, p0: int = 9
    ) -> None: ...

    parameters = Parameters(op, "op")
    assert parameters.parse({"where": {"x": 1}}) == {
        "where": Point(x=1),
        "model_config": 1,
        "copy": "",
        "_x": 2,
        "p0": 9,
    }
    assert fault({"where": {"y": 1}}, parameters).startswith(
        "Param 'where'={'y': 1} is not of required type ("
    )
    assert fault({"where": {"x": 1}, "p1": 3}, parameters) == "params included unexpected values: ['p1']"


def test_none_is_a_value_where_the_hint_says_so():
    def op(run: Run, target: float | None, path: Path | None = Path("/x")) -> None: ...

    parameters = Parameters(op, "op")
    assert parameters.parse({"target": None}) == {"target": None, "path": Path("/x")}
    assert fault({}, parameters) == "Param 'target' is required and must not be None"
    assert parameters.parse({"target": 1, "path": "/y"})["path"] == Path("/y")


def test_infinity_is_a_number():
    assert MOVE.parse({"steps": 1, "speed": math.inf})["speed"] == math.inf


def test_the_schema_describes_types_defaults_limits_and_units():
    schema = MOVE.schema()
    assert schema["required"] == ["steps"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["steps"] == {"type": "integer"}
    assert schema["properties"]["speed"] == {"type": "number", "minimum": 0, "default": 5.0, "unit": "deg/s"}
    assert schema["properties"]["way"]["enum"] == ["east", "west"]
    jsonschema.Draft202012Validator.check_schema(schema)
    json.dumps(schema)


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(-5, 5, allow_nan=False),
    st.text(max_size=3),
    st.lists(st.integers(0, 3), max_size=3),
)
sent = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("steps", "speed", "way", "ports", "box", "quiet", "name", "either", "zoo"), values
    ),
)


@given(sent)
def test_what_is_accepted_fits_the_schema_and_what_is_refused_does_not(params):
    # The schema speaks of JSON, where null is a value and 1.0 an integer; OCS says otherwise.
    plain = {key: value for key, value in params.items() if value is not None}
    schema = MOVE.schema()
    fits = jsonschema.Draft202012Validator(schema).is_valid(plain)
    integral = any(isinstance(value, float) and value.is_integer() for value in plain.values())
    try:
        MOVE.parse(params)
    except BadParameters:
        assert not fits or integral or "zoo" in params
    else:
        assert fits
