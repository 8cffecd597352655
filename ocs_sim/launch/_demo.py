"""A short night: start the observatory, take data, show what was archived, stop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocs_sim.launch._errors import AcquisitionFailed, NothingToShow
from ocs_sim.launch._layout import Layout, open_layout
from ocs_sim.launch._observatory import router_of, start, stop
from ocs_sim.launch._router_env import home
from ocs_sim.launch._say import nothing, say_answered, say_stopped
from ocs_sim.launch._templates import lay_out
from ocs_sim.launch._view import look
from ocs_sim.site import AgentInstance, SiteFileNotFound

if TYPE_CHECKING:
    from ocs_sim.archive import Archive, FieldInfo

_FAKE_DATA_CLASSES = ("FakeDataAgent", "FakeData")
_AGGREGATOR_CLASSES = ("AggregatorAgent", "Aggregator")
_DRAIN_SECONDS = 3.0
_POLL_SECONDS = 0.1
_MOST_PLOTS = 2
_PLOT_LINES = 8


@dataclass(frozen=True)
class Demo:
    """One demonstration on one host; a quiet one prints nothing."""

    layout: Layout
    seconds: float
    quiet: bool = False

    def run(self) -> dict[str, Any]:
        """Show everything, and return it for programs; what was up before stays up."""
        source = self._find(_FAKE_DATA_CLASSES)
        was_down = look(self.layout, router_of(self.layout)).all_down
        self._say(f"Starting the observatory of {self.layout.site.path}")
        report: dict[str, Any] = {"site_file": str(self.layout.site.path)}
        try:
            report["answered"] = start(self.layout, [], 120.0, nothing if self.quiet else say_answered)
            began = time.time()
            self._acquire(source)
            report |= self._show(source, began)
        finally:
            self._say("Stopping" if was_down else "It was up before, so it stays up.")
            say = nothing if self.quiet else say_stopped
            report["stopped"] = stop(self.layout, [], say) if was_down else []
        return report

    def _say(self, text: str) -> None:
        if not self.quiet:
            click.echo(text)

    def _find(self, classes: tuple[str, ...]) -> AgentInstance:
        for instance in self.layout.instances:
            if instance.agent_class in classes:
                return instance
        raise NothingToShow(path=self.layout.site.path, agent_class=classes[0])

    def _acquire(self, source: AgentInstance) -> None:
        """Run the script that every new observatory has, as its user would."""
        site = ["--site-file", str(self.layout.site.path), "--site-host", self.layout.host.name]
        agents = ["--agent", source.instance_id, "--aggregator", self._find(_AGGREGATOR_CLASSES).instance_id]
        what = [*site, *agents, "--seconds", f"{self.seconds:g}"]
        sys.stdout.flush()
        with as_file(files("ocs_sim.launch") / "templates" / "scripts" / "run_acq.py") as script:
            done = subprocess.run(
                [sys.executable, str(script), *what],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if self.quiet else None,
            )
        if done.returncode:
            raise AcquisitionFailed(instance_id=source.instance_id)

    def _show(self, source: AgentInstance, began: float) -> dict[str, Any]:
        from ocs_sim.archive import Archive
        from ocs_sim.launch.commands._hk_options import source as archive_of

        directory = archive_of(None, self.layout.site.path, self.layout.host.name).directory
        pattern, ended = f"{source.instance_id}.*", time.time()
        with Archive(directory) as archive:
            while time.time() < ended + _DRAIN_SECONDS and not _is_complete(archive, pattern, ended):
                time.sleep(_POLL_SECONDS)
            fields = archive.fields(pattern)
            if not self.quiet:
                click.echo(f"\nWhat was archived in {directory}")
                _draw(archive, fields, began)
        return {"directory": str(directory), "fields": fields}


def _draw(archive: Archive, fields: Sequence[FieldInfo], began: float) -> None:
    from ocs_sim.launch.commands import _hk_plot, _hk_show

    _hk_show.print_fields(fields)
    width = _hk_plot.canvas_width(shutil.get_terminal_size().columns)
    names = [field.name for field in fields[:_MOST_PLOTS]]
    for field in archive.decimate(names, began, None, width * _hk_plot.DOTS_ACROSS).values():
        click.echo("\n".join(["", *_hk_plot.panel(field, width, _PLOT_LINES)]))


def _is_complete(archive: Archive, pattern: str, moment: float) -> bool:
    """Whether the last buffer of a source that publishes once a second has arrived."""
    fields = archive.fields(pattern)
    return bool(fields) and min(field.last for field in fields) > moment - _DRAIN_SECONDS / 2


def demo_layout(site_file: Path | None, site_host: str | None) -> Layout:
    """Return the site that is found like any command finds it, or one of our own for who has none."""
    try:
        return open_layout(site_file, site_host)
    except SiteFileNotFound:
        if site_file is not None:
            raise
    directory = home(os.environ) / "demo"
    lay_out(directory)
    return open_layout(directory / "site_config" / "default.yaml", site_host)
