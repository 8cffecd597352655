"""`obsbow crossbar`: the router alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options

if TYPE_CHECKING:
    from ocs_sim.launch.router import Router, RouterStatus


@click.group("crossbar")
def command() -> None:
    """Configure and run the crossbar router alone; `obsbow up` and `down` do so too."""


@command.command("generate_config")
@site_options
@click.option(
    "--force", is_flag=True, help="Replace a config.json that was edited by hand; the old one is kept."
)
@json_option
def generate_config(site_file: Path | None, site_host: str | None, force: bool, as_json: bool) -> None:
    """Write config.json for crossbar, made from the site file.

    One that was edited by hand is left alone: the difference is printed, and the exit code is 1.
    """
    router = _router(site_file, site_host)
    written = router.generate_config(force=force)
    if as_json:
        print_json({"path": router.config_path, "result": written})
    else:
        click.echo(f"{router.config_path}: {written}")


@command.command("start")
@site_options
@click.option("--timeout", default=30.0, show_default=True, help="Seconds to wait until it answers.")
@json_option
def start(site_file: Path | None, site_host: str | None, timeout: float, as_json: bool) -> None:
    """Start the router and wait until it answers. Running it twice changes nothing."""
    from ocs_sim.launch.router import ensure_crossbar

    router = _router(site_file, site_host)
    if not router.status().alive:
        ensure_crossbar(router.settings, _say(as_json))
    router.start()
    router.wait_ready(timeout)
    _show(router, router.status(), as_json)


@command.command("stop")
@site_options
@json_option
def stop(site_file: Path | None, site_host: str | None, as_json: bool) -> None:
    """Stop the router, and remove what a crashed one has left."""
    stopped = _router(site_file, site_host).stop()
    if as_json:
        print_json({"stopped": stopped})
    else:
        click.echo("The router is stopped." if stopped else "The router was not running.")


@command.command("status")
@site_options
@json_option
def status(site_file: Path | None, site_host: str | None, as_json: bool) -> None:
    """Say how the router is. Exits with 1 unless it runs and answers."""
    from ocs_sim.launch.router import RouterState

    router = _router(site_file, site_host)
    now = router.status()
    _show(router, now, as_json)
    if now.state is not RouterState.RUNNING:
        raise SystemExit(1)


def _router(site_file: Path | None, site_host: str | None) -> Router:
    from ocs_sim.launch._layout import open_layout
    from ocs_sim.launch._observatory import router_of

    return router_of(open_layout(site_file, site_host))


def _say(as_json: bool) -> Callable[[str], None]:
    return (lambda _: None) if as_json else click.echo


def _show(router: Router, status: RouterStatus, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(status), "wamp_server": router.hub.wamp_server, "log": router.log_path})
        return
    facts = [] if status.pid is None else [f"pid {status.pid}", f"{(status.rss_bytes or 0) / 1e6:.0f} MB"]
    text = f"The router is {status.state}"
    text += f" ({', '.join([*facts, router.hub.wamp_server])})" if facts else ""
    click.echo(text + (f": {status.detail}" if status.detail else "."))
