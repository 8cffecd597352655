"""A short night: start the observatory, take data, show what was archived, stop."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from ocs_sim.launch._errors import NoFakeData
from ocs_sim.launch._layout import Layout, open_layout
from ocs_sim.launch._observatory import start, stop
from ocs_sim.launch._router_env import home
from ocs_sim.launch._say import say_answered, say_stopped
from ocs_sim.launch._templates import lay_out
from ocs_sim.site import AgentInstance, SiteFileNotFound

_FAKE_DATA_CLASSES = ("FakeDataAgent", "FakeData")
_DRAIN_SECONDS = 3.0


@dataclass(frozen=True)
class Demo:
    """One demonstration on one host."""

    layout: Layout
    seconds: float
    say: Callable[[str], None] = click.echo

    def run(self) -> None:
        """Show everything; what was up before stays up."""
        source = self._source()
        self.say(f"Starting the observatory of {self.layout.site.path}")
        answered = start(self.layout, [], 120.0, say_answered)
        try:
            began = time.time()
            self._acquire(source)
            self._show(source, began)
        finally:
            if all(each.was_up for each in answered):
                self.say("It was up before, so it stays up.")
            else:
                self.say("Stopping")
                stop(self.layout, [], say_stopped)

    def _source(self) -> AgentInstance:
        for instance in self.layout.instances:
            if instance.agent_class in _FAKE_DATA_CLASSES:
                return instance
        raise NoFakeData(path=self.layout.site.path)

    def _acquire(self, source: AgentInstance) -> None:
        from ocs_sim import Client
        from ocs_sim.launch._acquire import watch

        name = source.instance_id
        self.say(f"Taking data with {name} for {self.seconds:g} s")
        with Client(name, site_file=self.layout.site.path, site_host=self.layout.host.name) as client:
            client.acq.start().raise_if_failed()
            watch(client.acq, self.seconds)
            client.acq.stop()
            client.acq.wait(timeout_seconds=30.0).raise_if_failed()

    def _show(self, source: AgentInstance, began: float) -> None:
        from ocs_sim.launch._housekeeping import data_directory, print_fields, print_plot

        directory = data_directory(self.layout)
        pattern = f"{source.instance_id}.*.channel_*"
        self.say(f"What was archived in {directory}")
        print_fields(directory, pattern, began, patience_seconds=_DRAIN_SECONDS)
        print_plot(directory, pattern, began)


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
