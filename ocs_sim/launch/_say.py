"""One line for each thing that came up or went down."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from ocs_sim.launch._start import Answered
from ocs_sim.launch._stop import Stopped


def say_answered(answered: Answered) -> None:
    """Print that something answers."""
    how = "was up" if answered.was_up else "up"
    _line(answered.name, answered.kind, how, answered.seconds, "green")


def say_stopped(stopped: Stopped) -> None:
    """Print that something no longer runs."""
    _line(stopped.name, "", stopped.how, stopped.seconds, "yellow" if stopped.how == "killed" else "green")


def nothing(_: Any) -> None:
    """Say nothing."""


def _line(name: str, kind: str, how: str, seconds: float, colour: str) -> None:
    say_text(f"  {name:<16} {kind:<18} {click.style(how, fg=colour)} {seconds:8.2f} s")


def say_text(text: str) -> None:
    """Print a line, and go on if nobody reads it."""
    try:
        click.echo(text)
    except OSError:
        # Whoever read this is gone, as after `| head -1`, or its disk is full: no reason to stop halfway.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
