"""Options on the command line replace those of the site file."""

import argparse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.site import override


@pytest.mark.parametrize(
    ("site", "line", "both"),
    [
        ([], [], []),
        (["--mode", "acq"], [], ["--mode", "acq"]),
        ([], ["--mode", "acq"], ["--mode", "acq"]),
        (["--mode", "acq", "--rate", "5"], ["--mode", "idle"], ["--mode", "idle", "--rate", "5"]),
        (["--paths", "a", "b", "--x", "1"], ["--paths", "c"], ["--paths", "c", "--x", "1"]),
        (["--offset", "-5"], ["--x"], ["--offset", "-5", "--x"]),
        (["--offset", "-5"], ["--offset", "-6"], ["--offset", "-6"]),
        (["--x", "1", "--y", "2", "--x", "3"], [], ["--x", "3", "--y", "2"]),
        (["--x", "1"], ["--x=2"], ["--x", "1", "--x=2"]),
        (["-v"], ["--v"], ["-v", "--v"]),
        (["--name", ""], ["--name", "-"], ["--name", "-"]),
        (["--sep", "--"], ["--sep", "--1"], ["--sep", "--1"]),
        (["first", "--x"], [], ["first", "--x"]),
        (["first", "--x"], ["second"], ["second", "--x"]),
        (["--x"], ["first", "-5"], ["first", "-5", "--x"]),
    ],
)
def test_groups_are_replaced_whole(site, line, both):
    assert override(site, line) == both


OPTIONS = st.sampled_from(["--mode", "--rate", "-q"])
VALUES = st.sampled_from(["1", "-5", "", "acq", "-", "--"])
GROUPS = st.lists(st.tuples(OPTIONS, st.lists(VALUES, max_size=2)), max_size=5)


@settings(deadline=None)
@given(GROUPS, GROUPS)
def test_each_option_is_there_once_with_the_values_given_last(site, line):
    def flat(groups):
        return [word for option, values in groups for word in (option, *values)]

    last = {**dict(site), **dict(line)}
    assert override(flat(site), flat(line)) == flat(last.items())


@settings(deadline=None)
@given(st.lists(st.text()), st.lists(st.text()))
def test_any_words_can_be_merged_and_merging_again_changes_nothing(site, line):
    both = override(site, line)
    assert override(both, line) == both


def test_argparse_lets_the_command_line_win_in_every_spelling():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float)
    for line in (["--rate", "2"], ["--rate=2"]):
        assert parser.parse_args(override(["--rate", "1"], line)).rate == 2
