"""`obsbow call`: run an operation of an agent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options

if TYPE_CHECKING:
    from ocs_sim.client import Client, Operation, Reply

ACTIONS = ("start", "stop", "abort", "wait", "status")
# Somebody sits at the terminal: an agent that is away for longer should be told of.
_PATIENCE_SECONDS = 5.0
_EXIT_REFUSED = 1
_EXIT_TIME_UP = 3
_EXIT_INTERRUPTED = 130


@click.command("call", context_settings={"ignore_unknown_options": False})
@click.argument("agent")
@click.argument("operation")
@click.argument("words", nargs=-1, metavar="[ACTION] [NAME=VALUE]...")
@click.option("--params", metavar="JSON", help="All parameters as one JSON object.")
@click.option(
    "--timeout", type=click.FloatRange(0.0), metavar="SECONDS", help="How long to wait for the end of a run."
)
@site_options
@json_option
def command(
    agent: str,
    operation: str,
    words: tuple[str, ...],
    params: str | None,
    timeout: float | None,
    site_file: Path | None,
    site_host: str | None,
    as_json: bool,
) -> None:
    """Run an operation of an agent.

    ACTION is start, stop, abort, wait or status. Without one, a task is run to its end and a process tells
    its status. A VALUE is read as JSON where it is JSON, else as text.

    \b
    obsbow call data1 delay_task delay=2
    obsbow call data1 acq start
    obsbow call data1 acq stop
    obsbow call data1 acq status --json

    Exit code 0 when all went well, 1 when the agent said no or the run failed, 3 when time was up.
    """
    from ocs_sim.client import Client

    action, parameters = _read(words, params)
    with Client(
        agent,
        site_file=site_file,
        site_host=site_host,
        timeout_seconds=_PATIENCE_SECONDS,
        progress=False if as_json else None,
    ) as client:
        try:
            reply = _call(client, operation, action, parameters, timeout)
            kind = client.operation(operation).kind
        except KeyboardInterrupt as interrupt:
            # The client's own words tell how to end it from Python.
            end = f"{operation} of {agent} goes on; `obsbow call {agent} {operation} abort` would end it."
            click.echo(f"\n{end if str(interrupt) else 'Interrupted.'}")
            click.get_current_context().exit(_EXIT_INTERRUPTED)
    if as_json:
        print_json({"status": int(reply.status), "msg": reply.msg, "session": reply.session})
    else:
        click.echo(repr(reply))
    asked_only = action == "status" or (action is None and kind == "process")
    click.get_current_context().exit(_exit_code(reply, asked_only=asked_only))


def _read(words: tuple[str, ...], params: str | None) -> tuple[str | None, dict[str, Any]]:
    """Return the action, if one is given, and the parameters."""
    action = None
    if words and "=" not in words[0]:
        action, words = words[0], words[1:]
        if action not in ACTIONS:
            raise click.UsageError(f"{action!r} is neither an action ({', '.join(ACTIONS)}) nor NAME=VALUE.")
    given = _read_json(params) if params is not None else {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{word!r} is not NAME=VALUE.")
        given[name] = _value(value)
    if given and action not in (None, "start"):
        raise click.UsageError(f"{action} takes no parameters; start does.")
    return action, given


def _read_json(params: str) -> dict[str, Any]:
    try:
        given = json.loads(params)
    except ValueError as error:
        raise click.UsageError(f"--params is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise click.UsageError("--params must be a JSON object, such as '{\"delay\": 2}'.")
    return given


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _call(
    client: Client, name: str, action: str | None, parameters: dict[str, Any], timeout: float | None
) -> Reply:
    operation = client.operation(name)
    if action == "wait":
        return operation.wait(timeout)
    if action is not None:
        reply: Reply = getattr(operation, action)(**parameters)
        return reply
    if operation.kind == "process" and parameters:
        raise click.UsageError(f"{name} is a process: `obsbow call {client.instance_id} {name} start ...`.")
    return operation(**parameters) if timeout is None else _run(operation, parameters, timeout)


def _run(operation: Operation, parameters: dict[str, Any], timeout: float) -> Reply:
    if operation.kind == "process":
        return operation.status()
    started = operation.start(**parameters)
    return operation.wait(timeout) if started.ok else started


def _exit_code(reply: Reply, *, asked_only: bool) -> int:
    # That the last run failed is a good answer to the question how it is.
    if reply.ok or (asked_only and reply.status.name == "OK"):
        return 0
    return _EXIT_TIME_UP if reply.status.name == "TIMEOUT" else _EXIT_REFUSED
