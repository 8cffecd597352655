"""A short night: start the observatory, take data and an image, show both and what was archived, stop."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import click

from ocs_sim.launch import _telescope as telescopes
from ocs_sim.launch._demo_archive import Shown, print_archive, wait_for
from ocs_sim.launch._errors import AcquisitionFailed, NothingToShow
from ocs_sim.launch._layout import Layout, open_layout
from ocs_sim.launch._observatory import router_of, start, stop
from ocs_sim.launch._router_env import home
from ocs_sim.launch._say import nothing, say_answered, say_stopped, say_text
from ocs_sim.launch._telescope import Telescope, find_telescope
from ocs_sim.launch._templates import lay_out
from ocs_sim.launch._view import look
from ocs_sim.site import AgentInstance, SiteFileNotFound

_FAKE_DATA_CLASSES = ("FakeDataAgent", "FakeData")
_AGGREGATOR_CLASSES = ("AggregatorAgent", "Aggregator")


@dataclass(frozen=True)
class Demo:
    """One demonstration on one host; a quiet one prints nothing."""

    layout: Layout
    seconds: float
    quiet: bool = False

    def run(self) -> dict[str, Any]:
        """Show everything, and return it for programs; what was up before stays up."""
        self._find(_FAKE_DATA_CLASSES)
        if not look(self.layout, router_of(self.layout)).all_down:
            return self.show(was_down=False)
        return replace(self, layout=self._at_free_port()).show(was_down=True)

    def show(self, *, was_down: bool) -> dict[str, Any]:
        """Do the same; what was down before is stopped in the end."""
        self._say(f"Starting the observatory of {self.layout.site.path}")
        report: dict[str, Any] = {"site_file": str(self.layout.site.path)}
        try:
            report["answered"] = start(self.layout, [], 120.0, nothing if self.quiet else say_answered)
            began = time.time()
            report |= self._take(began)
        finally:
            self._say("Stopping" if was_down else "It was up before, so it stays up.")
            say = nothing if self.quiet else say_stopped
            report["stopped"] = stop(self.layout, [], say) if was_down else []
        return report

    def _take(self, began: float) -> dict[str, Any]:
        source, telescope = self._find(_FAKE_DATA_CLASSES), find_telescope(self.layout.instances)
        self._acquire(source)
        image = self._observe(telescope) if telescope else None
        return {"image": image and str(image)} | self._show(source, telescope, began)

    def _say(self, text: str) -> None:
        if not self.quiet:
            say_text(text)

    def _find(self, classes: tuple[str, ...]) -> AgentInstance:
        for instance in self.layout.instances:
            if instance.agent_class in classes:
                return instance
        raise NothingToShow(path=self.layout.site.path, agent_class=classes[0])

    def _at_free_port(self) -> Layout:
        """Return the layout with a port for the simulated telescope which no other program has."""
        telescope = find_telescope(self.layout.instances)
        if telescope is None or telescopes.is_free(telescope.port):
            return self.layout
        port = telescopes.choose_port()
        layout = open_layout(self.layout.site.path, self.layout.host.name)
        telescopes.require_port(find_telescope(layout.instances), layout.site.path)
        self._say(
            f"Another program has port {telescope.port}: the simulated telescope is at {port} this time."
        )
        return layout

    def _acquire(self, source: AgentInstance) -> None:
        agents = ["--agent", source.instance_id, "--aggregator", self._find(_AGGREGATOR_CLASSES).instance_id]
        if not self._run_script("run_acq.py", *agents, "--seconds", f"{self.seconds:g}"):
            raise AcquisitionFailed(instance_id=source.instance_id)

    def _observe(self, telescope: Telescope) -> Path:
        self._say("\nPointing the telescope: scripts/observe_target.py")
        if not self._run_script("observe_target.py", *telescope.arguments(self.seconds)):
            raise telescopes.failed(telescope)
        image = telescopes.last_image(self.layout, telescope)
        if not self.quiet:
            from ocs_sim.launch import _image_show

            click.echo(f"\nobsbow image show --stars {image}")
            _image_show.print_look(_image_show.look(image, "asinh", with_stars=True), "auto")
        return image

    def _run_script(self, name: str, *arguments: str) -> bool:
        """Run a script that every new observatory has, as its user would; return whether that went well."""
        site = ["--site-file", str(self.layout.site.path), "--site-host", self.layout.host.name]
        sys.stdout.flush()
        with as_file(files("ocs_sim.launch") / "templates" / "scripts" / name) as script:
            done = subprocess.run(
                [sys.executable, str(script), *site, *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if self.quiet else None,
            )
        return done.returncode == 0

    def _show(self, source: AgentInstance, telescope: Telescope | None, began: float) -> dict[str, Any]:
        from ocs_sim.archive import Archive
        from ocs_sim.launch.commands._hk_options import source as archive_of

        directory = archive_of(None, self.layout.site.path, self.layout.host.name).directory
        shown = _shown(source.instance_id, telescope)
        with Archive(directory) as archive:
            wait_for(archive, shown.awaited)
            fields = [field for pattern in shown.listed for field in archive.fields(pattern)]
            if not self.quiet:
                print_archive(directory, archive, shown, began)
        return {"directory": str(directory), "fields": fields}


def _shown(source: str, telescope: Telescope | None) -> Shown:
    of_source = f"{source}.*"
    if telescope is None:
        return Shown((of_source,), (of_source,), (of_source,))
    pointing, camera = f"{telescope.mount}.pointing.*", f"{telescope.camera}.camera.*"
    listed = [f"{telescope.mount}.pointing.*.altitude", f"{telescope.mount}.pointing.*.azimuth"]
    listed += (
        [f"{telescope.dome}.dome.*.azimuth", f"{telescope.dome}.dome.*.shutter"] if telescope.dome else []
    )
    listed += [f"{camera}.ccd_temperature", f"{telescope.camera}.images.*.fwhm"]
    return Shown((pointing, camera), (of_source, *listed), (of_source, listed[0]))


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
