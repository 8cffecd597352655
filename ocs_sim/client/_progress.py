"""A bar that shows how far a task has come: in a terminal, in a notebook, or not at all."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from ocs_sim.client._render import progress_text
from ocs_sim.client._session import Session

POLL_SECONDS = 0.25
# Nobody needs a bar for what is over at once.
PATIENCE_SECONDS = 0.3


class Display(Protocol):
    """Shows a run."""

    def show(self, session: Session) -> None:
        """Show what is known now."""
        ...


def wanted(choice: bool | None) -> bool:
    """Return whether to show progress: as chosen, else when a person is watching."""
    if choice is not None:
        return choice
    return in_notebook() or (sys.stdout is not None and sys.stdout.isatty())


def in_notebook() -> bool:
    """Tell whether this runs in a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def display(label: str) -> Iterator[Display]:
    """Return what shows a run called `label`; it leaves the last state on the screen."""
    if in_notebook() and importlib.util.find_spec("ipywidgets") is None:
        line = LineDisplay(label)
        try:
            yield line
        finally:
            line.end()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}", markup=False),
    )
    with Progress(*columns, refresh_per_second=8) as bar:
        yield BarDisplay(bar, label)


class BarDisplay:
    """A rich progress bar; it moves to and fro for agents that do not tell how far they are."""

    def __init__(self, bar: Any, label: str) -> None:
        self._bar = bar
        self._task = bar.add_task(label, total=None, said="")

    def show(self, session: Session) -> None:
        """Show what is known now."""
        fraction = 1.0 if session.status == "done" else session.progress.get("fraction")
        known = {} if fraction is None else {"total": 1.0, "completed": float(fraction)}
        self._bar.update(self._task, said=said_of(session), **known)


class LineDisplay:
    """One line that is written over and over, for notebooks without widgets."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._longest = 0

    def show(self, session: Session) -> None:
        """Show what is known now."""
        text = f"{self._label}: {said_of(session) or session.status}"
        self._longest = max(self._longest, len(text))
        sys.stdout.write("\r" + text.ljust(self._longest))
        sys.stdout.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._longest:
            sys.stdout.write("\n")


def said_of(session: Session) -> str:
    """Return a run's state in one line: its progress if it tells, else its last message."""
    if session.status == "done":
        return "done" if session.success else "FAILED"
    said = progress_text({key: value for key, value in session.progress.items() if key != "fraction"})
    messages = session.messages
    return said or (messages[-1][1] if messages else "")
