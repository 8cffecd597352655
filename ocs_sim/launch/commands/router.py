"""`obsbow router`: the private environment that holds crossbar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options

if TYPE_CHECKING:
    from ocs_sim.site import CrossbarSettings


@click.group("router")
def command() -> None:
    """Install, show or remove the router's private environment.

    The router, crossbar, lives in an environment of its own: its requirements contradict those of other
    packages. It is looked for in the site file (`crossbar: {bin: ...}`), in OBSBOW_CROSSBAR, on PATH, and
    there.
    """


@command.command("install")
@json_option
def install(as_json: bool) -> None:
    """Build the private environment, unless it is there. Needs the network."""
    from ocs_sim.launch import _router_env as environment
    from ocs_sim.launch import _router_install as installer
    from ocs_sim.launch._router_pins import CROSSBAR_VERSION

    built = installer.install(_quiet if as_json else click.echo)
    directory = environment.private_environment()
    if as_json:
        print_json({"directory": directory, "version": CROSSBAR_VERSION, "built": built})
    elif not built:
        click.echo(f"crossbar {CROSSBAR_VERSION} is installed in {directory}.")


@command.command("status")
@site_options
@json_option
def status(site_file: Path | None, site_host: str | None, as_json: bool) -> None:
    """Say which crossbar is used, and its version. Exits with 1 when there is none."""
    from ocs_sim.launch import _router_env as environment
    from ocs_sim.launch import _router_install as installer
    from ocs_sim.launch._router_pins import CROSSBAR_VERSION

    used = environment.find_crossbar(_settings(site_file, site_host))
    directory = environment.private_environment()
    whole = installer.is_whole(directory)
    if as_json:
        private = {"directory": directory, "installed": whole, "version": CROSSBAR_VERSION}
        facts = None if used is None else {"path": used.path, "origin": used.origin, "version": used.version}
        print_json({"used": facts, "private": private})
    elif used is None:
        click.echo("There is no crossbar; run `obsbow router install`.")
    else:
        click.echo(f"crossbar {used.version or '(version unknown)'} at {used.path} ({used.origin})")
        click.echo(f"private environment: {directory} ({'installed' if whole else 'not installed'})")
    if used is None:
        raise SystemExit(1)


@command.command("remove")
@json_option
def remove(as_json: bool) -> None:
    """Remove the private environment, those of older versions too."""
    from ocs_sim.launch import _router_install as installer

    removed = installer.remove()
    if as_json:
        print_json({"removed": removed})
        return
    for path in removed:
        click.echo(f"Removed {path}.")
    if not removed:
        click.echo("There was nothing to remove.")


def _settings(site_file: Path | None, site_host: str | None) -> CrossbarSettings | None:
    """Return what the site file says of the router; without a site file nothing does."""
    from ocs_sim.launch._layout import open_layout
    from ocs_sim.site import SiteFileNotFound

    try:
        return open_layout(site_file, site_host).host.crossbar
    except SiteFileNotFound:
        if site_file is not None:
            raise
        return None


def _quiet(_: str) -> None:
    """Say nothing, where --json has the word."""
