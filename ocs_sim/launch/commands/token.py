"""`obsbow token`: let a person command the observatory, or a site's software ask for its jobs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from ocs_sim.launch.commands._hk_options import duration
from ocs_sim.launch.commands._options import json_option, print_json

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("token")
@click.option("--user", "user_id", help="Who it is for, as jobs and reservations name the user.")
@click.option("--role", "roles", multiple=True, help="A role, such as admin; may be given several times.")
@click.option("--name", help="What the user is called; else as --user.")
@click.option("--lifetime", default="8h", show_default=True, type=duration, help="When it ends: 30m, 8h, 7d.")
@click.option("--site", "site_code", help="Make a key for the software at this site instead.")
@click.option("--revoke", is_flag=True, help="With --site: end the site's key, and make none.")
@click.option("--site-file", type=_FILE, help="The site file; else it is searched for.")
@json_option
def command(
    user_id: str | None,
    roles: tuple[str, ...],
    name: str | None,
    lifetime: float,
    site_code: str | None,
    revoke: bool,
    site_file: Path | None,
    as_json: bool,
) -> None:
    """Print a token with which a user may command the observatory over HTTP, and nothing else.

    With --site CODE, print a key for the software at that site; it ends the key before. Of keys only
    hashes are kept: it cannot be shown again.
    """
    if bool(user_id) == bool(site_code):
        raise click.UsageError("Give --user USER for a token, or --site CODE for a site's key.")
    if site_code and (roles or name):
        raise click.UsageError("--role and --name are of users: leave them out with --site.")
    if revoke and not site_code:
        raise click.UsageError("--revoke needs --site. A token ends by itself.")
    if site_code:
        _site_key(_stores(site_file), site_code, revoke=revoke, as_json=as_json)
    else:
        _token(_stores(site_file), str(user_id), roles, name, lifetime, as_json=as_json)


def _stores(site_file: Path | None) -> Path:
    from ocs_sim.site import find_site_file, load

    return load(find_site_file(site_file, environ=os.environ, cwd=Path.cwd())).stores.directory


def _token(
    stores: Path, user_id: str, roles: tuple[str, ...], name: str | None, lifetime: float, *, as_json: bool
) -> None:
    from ocs_sim.auth import LocalIssuer

    expires_unix = int(time.time()) + round(lifetime)
    token = LocalIssuer(stores).token(user_id, roles, name, lifetime)
    if as_json:
        print_json({"token": token, "user_id": user_id, "roles": roles, "expires_unix": expires_unix})
    else:
        click.echo(token)


def _site_key(stores: Path, site_code: str, *, revoke: bool, as_json: bool) -> None:
    from ocs_sim.auth import SiteKeys

    keys = SiteKeys(stores)
    if revoke:
        was_there = keys.revoke(site_code)
        text = f"The key of {site_code} has ended." if was_there else f"{site_code} has no key."
        print_json({"site": site_code, "revoked": was_there}) if as_json else click.echo(text)
        return
    key = keys.make(site_code)
    print_json({"site": site_code, "key": key}) if as_json else click.echo(key)
