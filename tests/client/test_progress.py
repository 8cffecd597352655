from __future__ import annotations

import io

from rich.console import Console
from rich.progress import Progress, TextColumn

from ocs_sim.client import Session
from ocs_sim.client._progress import BarDisplay, LineDisplay, said_of, wanted

HALF = Session(status="running", progress={"stage": "slewing", "fraction": 0.5, "seconds_left": 3.0})
SILENT = Session(status="running", messages=[[1.0, "Cooling down"]])


def test_what_is_said_is_the_progress_or_else_the_last_message():
    assert said_of(HALF) == "slewing, 3.0 s left"
    assert said_of(SILENT) == "Cooling down"
    assert said_of(Session(status="starting")) == ""
    assert said_of(Session(status="done", success=True)) == "done"
    assert said_of(Session(status="done", success=False)) == "FAILED"


def test_a_bar_follows_the_fraction_and_pulses_without_one():
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Progress(TextColumn("{task.description}"), console=console) as bar:
        display = BarDisplay(bar, "data1.move")
        (task,) = bar.tasks

        display.show(SILENT)
        assert task.total is None
        display.show(HALF)
        assert (task.completed, task.total, task.fields["said"]) == (0.5, 1.0, "slewing, 3.0 s left")
        display.show(Session(status="done", success=True))
        assert task.completed == 1.0


def test_a_line_is_written_over_until_it_ends(capsys):
    line = LineDisplay("data1.move")
    line.show(HALF)
    line.show(Session(status="done", success=True))
    line.end()

    out = capsys.readouterr().out
    assert out.split("\r")[1:] == ["data1.move: slewing, 3.0 s left", "data1.move: done               \n"]


def test_nobody_watches_a_pipe(capsys):
    assert not wanted(None)
    assert wanted(choice=True)
    assert not wanted(choice=False)
