"""Names that wildcard subscribers and recorders can live with."""

import pytest

from ocs_sim.wire import (
    BadName,
    OpCode,
    check_field_name,
    check_name,
    every_feed,
    feed_address,
    op_code,
    split_feed_address,
)


@pytest.mark.parametrize("name", ["data1", "LSA22YE", "cam-1", "_x", "9"])
def test_names_that_ocs_accepts(name):
    assert check_name(name, "instance") == name


@pytest.mark.parametrize("name", ["", "a.b", "a b", "-a", "a\n", "ä", "x" * 256])
def test_a_name_that_would_hide_an_agent_is_refused(name):
    with pytest.raises(BadName, match="use letters"):
        check_name(name, "instance")


@pytest.mark.parametrize("name", ["channel_00", "_a", "__b1", "A"])
def test_field_names_that_ocs_accepts(name):
    assert check_field_name(name) == name


@pytest.mark.parametrize("name", ["", "1a", "_1", "a-b", "a b", "a.b", "x" * 256, 3, "a\n"])
def test_field_names_that_ocs_refuses(name):
    with pytest.raises(BadName):
        check_field_name(name)


def test_a_feed_address_splits_into_what_it_was_made_of():
    topic = feed_address("observatory.data1", "temps")
    assert split_feed_address(topic) == ("observatory.data1", "temps")
    assert topic.count(".") == every_feed("observatory").count(".")


@pytest.mark.parametrize(
    ("status", "success", "degraded", "code"),
    [
        ("starting", None, False, OpCode.STARTING),
        ("running", None, False, OpCode.RUNNING),
        ("running", None, True, OpCode.DEGRADED),
        ("stopping", None, True, OpCode.STOPPING),
        ("done", True, True, OpCode.SUCCEEDED),
        ("done", False, False, OpCode.FAILED),
        ("done", None, False, OpCode.FAILED),
        ("no_history", None, False, OpCode.NONE),
    ],
)
def test_codes(status, success, degraded, code):
    assert op_code(status, success, degraded) == code
