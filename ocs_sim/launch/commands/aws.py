"""`obsbow aws`: the queues, tables and bucket that a site file wants in AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ocs_sim.launch.commands._options import json_option, print_json

if TYPE_CHECKING:
    from ocs_sim.launch._aws import AwsStores, Deletion
    from ocs_sim.stores._aws import ResourceState

Command = TypeVar("Command", bound=Callable[..., Any])


def _options(command: Command) -> Command:
    path = click.Path(dir_okay=False, path_type=Path)
    command = json_option(command)
    site_file = click.option("--site-file", type=path, help="The site file; else it is searched for.")
    text = "Only this observatory; may be given several times."
    return site_file(click.option("--site", "codes", metavar="CODE", multiple=True, help=text)(command))


@click.group("aws")
def command() -> None:
    """Make, show or delete the queues, tables and the bucket that a site file names in AWS.

    Credentials are those of boto3: AWS_PROFILE, AWS_ACCESS_KEY_ID and so on. Only what these commands make
    is used; nothing is ever made by writing to it.
    """


@command.command("init")
@_options
def init(codes: tuple[str, ...], site_file: Path | None, as_json: bool) -> None:
    """Make what is missing, mend what differs, and wait until all can be used."""
    from ocs_sim.launch._aws import AwsStores

    stores = AwsStores(site_file, codes)
    states = stores.provisioner.create(stores.resources)
    wrong = [state for state in states if state.differs]
    if as_json:
        print_json([_to_plain(state) for state in states])
    else:
        _show(states)
        if wrong:
            click.echo(f"{len(wrong)} of {len(states)} cannot be mended, see above.")
        else:
            click.echo("All is there.")
    raise SystemExit(1 if wrong else 0)


@command.command("status")
@_options
def status(codes: tuple[str, ...], site_file: Path | None, as_json: bool) -> None:
    """Show of each resource whether it is there, and as it should be. Exits with 1 when not all are."""
    from ocs_sim.launch._aws import AwsStores

    stores = AwsStores(site_file, codes)
    states = stores.provisioner.status(stores.resources)
    wrong = [state for state in states if state.differs or not state.exists]
    if as_json:
        print_json([_to_plain(state) for state in states])
    else:
        _show(states)
        if wrong:
            click.echo(
                f"{len(wrong)} of {len(states)} are not as they should be; `obsbow aws init` sees to it."
            )
    raise SystemExit(1 if wrong else 0)


@command.command("delete")
@_options
@click.option("--objects", "with_objects", is_flag=True, help="Delete the objects, too: images are lost.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(
    codes: tuple[str, ...], site_file: Path | None, as_json: bool, with_objects: bool, yes: bool
) -> None:
    """Delete queues and tables with all that is in them, after asking. Objects stay, but for --objects."""
    from ocs_sim.launch._aws import AwsStores

    if as_json and not yes:
        raise click.UsageError("--json asks nothing: give --yes with it.")
    stores = AwsStores(site_file, codes)
    deletion = stores.deletion(with_objects)
    if not yes:
        _announce(stores, stores.provisioner.status(deletion.resources), deletion)
        click.confirm("Delete this for good?", abort=True)
    done = stores.delete(deletion)
    if as_json:
        print_json({"deleted": [_to_plain(state) for state in done], "kept": list(deletion.kept)})
        return
    _show(done)
    for kept in deletion.kept:
        click.echo(f"Kept: {kept}.")


def _announce(stores: AwsStores, states: Iterable[ResourceState], deletion: Deletion) -> None:
    for place in stores.places:
        click.echo(place)
    for state in states:
        if state.exists and (state.kind != "bucket" or deletion.whole_bucket):
            click.echo(f"  {state.kind:<7} {state.name}")
    for prefix in deletion.object_prefixes:
        click.echo(f"  objects {stores.objects_below(prefix)}*")
    for kept in deletion.kept:
        click.echo(f"Stays: {kept}.")


def _show(states: list[ResourceState]) -> None:
    width = max((len(state.name) for state in states), default=0)
    for state in states:
        detail = f": {state.detail}" if state.detail else ""
        click.echo(f"  {state.kind:<7} {state.name:<{width}}  {state.word}{detail}")


def _to_plain(state: ResourceState) -> dict[str, str]:
    return {"kind": state.kind, "name": state.name, "state": state.word, "detail": state.detail}
