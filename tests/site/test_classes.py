"""Agent classes and their options, as far as they are known."""

import pytest

from ocs_sim.site import Severity, check

FILE = """
hub: {wamp_server: 'ws://h/ws', wamp_realm: realm1, address_root: lab}
hosts:
  h:
    agent-paths: [agents, gone]
    agent-instances:
      - instance-id: a
        agent-class: FakeDataAgent
        arguments:
          mode: fast
      - instance-id: b
        agent-class: FakeDatAgent
      - {instance-id: c, agent-class: Elsewhere, manage: docker}
      - {instance-id: d, agent-class: Unchecked, arguments: [--what, ever]}
"""


class Modes:
    """Checks options as an agent class would."""

    def check(self, tokens):
        return [] if tokens == ["--mode", "acq"] else [f"--mode {tokens[1]} is not one of idle, acq."]


CLASSES = {"FakeDataAgent": Modes(), "Unchecked": None}


def test_classes_and_options_are_checked_at_their_lines(write):
    faults = check(write(FILE), CLASSES, environ={})
    assert [(fault.line, fault.column, fault.message, fault.suggestion) for fault in faults[2:]] == [
        (10, 11, "--mode fast is not one of idle, acq.", None),
        (12, 22, "There is no agent class 'FakeDatAgent' on this computer.", "FakeDataAgent"),
        (
            13,
            39,
            "There is no agent class 'Elsewhere' on this computer. There are FakeDataAgent, Unchecked.",
            None,
        ),
    ]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("\n          speed: 1\n          --mode: fast", (11, 11)),
        ("\n          - [--speed, 1]\n          - [--mode, fast]", (11, 14)),
        (" [--speed, 1,\n          --mode=fast]", (10, 11)),
        (" [--mode, slow,\n          --mode, fast]", (10, 11)),
        (" [--speed,\n          1]", (9, 20)),
    ],
)
def test_a_faulty_option_is_told_at_its_own_line(write, written, place):
    class Faulty:
        def check(self, tokens):
            return [
                f"{'--mode fast: is not known' if any('mode' in each for each in tokens) else 'too few'}."
            ]

    text = FILE.replace("\n          mode: fast", written)
    faults = check(write(text), CLASSES | {"FakeDataAgent": Faulty()}, environ={})
    (found,) = [each for each in faults if "not known" in each.message or "too few" in each.message]
    assert (found.line, found.column) == place


def test_what_docker_runs_need_not_be_installed_here(write):
    (fault,) = [each for each in check(write(FILE), CLASSES, environ={}) if "Elsewhere" in each.message]
    assert fault.severity is Severity.WARNING


def test_agent_paths_that_are_not_there_are_warned_of_and_the_others_are_searched(write):
    path = write(FILE)
    (path.parent / "agents").mkdir()
    asked = []

    def find(paths):
        asked.append(paths)
        return CLASSES

    faults = check(path, find, environ={})
    assert asked == [(path.parent / "agents",)]
    (gone,) = [fault for fault in faults if "agent-paths" in fault.message]
    assert (gone.line, gone.column, gone.severity) == (5, 27, Severity.WARNING)
    assert (
        gone.message
        == f"agent-paths: there is no {path.parent / 'gone'} on this computer: mend or remove it."
    )


@pytest.mark.parametrize("classes", [None, CLASSES])
def test_without_classes_nothing_is_said_of_them(write, classes):
    path = write(FILE.replace("realm1", "r"))
    messages = [fault.message for fault in check(path, classes, environ={})]
    assert any("realm" in message for message in messages)
    assert any("FakeDatAgent" in message for message in messages) == (classes is not None)
