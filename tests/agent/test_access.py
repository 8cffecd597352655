"""Access policies: none, which lets everyone, and passwords."""

from __future__ import annotations

import pytest

from ocs_sim.agent import PolicyNotSupported
from ocs_sim.agent._access import read_policy
from ocs_sim.testing import AgentHarness
from tests.agent.example import Example

REFUSED = "The action requires credential level 3-FULL but the client has only level {}"


@pytest.mark.parametrize("text", [None, "", "none"])
def test_without_a_policy_everyone_has_level_1_and_nothing_is_out_of_reach(text):
    policy = read_policy(text)
    assert (policy.level("any"), policy.level(None), policy.refusal(1, 4)) == (1, 1, None)


def test_passwords_give_levels():
    with AgentHarness(Example, access_policy="override:two,three") as harness:
        harness.agent.released = True
        for password, level in ((None, "1-BASIC"), ("wrong", "1-BASIC"), ("two", "2-ADVANCED")):
            reply = harness.ops("start", "stubborn", password=password)
            assert reply == (-1, REFUSED.format(level), {})
        assert harness.ops("start", "stubborn", password="three").session["cred_level"] == 3
        assert harness.ops("abort", "stubborn").message == REFUSED.format("1-BASIC")
        assert harness.ops("status", "stubborn").code == 0
        api = harness.ask()
        assert api["access_control"]["policy"] == "override"
        assert "three" not in str(api)
        assert {name: info["min_privs"] for name, _, info in api["tasks"]}["stubborn"] == 3


@pytest.mark.parametrize("text", ["director:access", "override:", "override:one", "override:,", "open"])
def test_a_policy_that_is_not_understood_is_refused_without_telling_passwords(text):
    with pytest.raises(PolicyNotSupported) as refused:
        read_policy(text)
    assert "one" not in str(refused.value).replace("none", "")
