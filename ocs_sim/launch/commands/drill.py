"""`obsbow drill`: let something go wrong on a scratch site, and see that nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ocs_sim.launch.commands._options import json_option, print_json

if TYPE_CHECKING:
    from ocs_sim.launch._drill import Fault, Report

Command = TypeVar("Command", bound=Callable[..., Any])
_LARGEST_SEED = 2**31


@click.group("drill")
def command() -> None:
    """Let something go wrong on a scratch site under load, and count what was lost: nothing.

    A drill lays out a site of its own in a temporary directory, with a router and agents of its own, and
    leaves nothing of it; your observatory is not touched. It exits with 0 when every block that was
    published is in the archive, once and as it was.
    """


def _shared(times: int, seconds: float, blocks_per_second: float = 200.0) -> Callable[[Command], Command]:
    """Add the options that every drill has."""
    options = [
        click.option(
            "--blocks-per-second",
            default=blocks_per_second,
            show_default=True,
            type=click.FloatRange(0.1, 100_000.0),
            help="How much is published: blocks of 10 fields, 10 samples each.",
        ),
        click.option(
            "--seconds",
            default=seconds,
            show_default=True,
            type=click.FloatRange(0.1),
            help="Of load before the first fault, after the last, and at most between two.",
        ),
        click.option(
            "--times", default=times, show_default=True, type=click.IntRange(1), help="How many faults."
        ),
        click.option("--seed", type=int, help="Of the random moments; to have the same ones again."),
        click.option(
            "--encoding",
            default="lists",
            show_default=True,
            type=click.Choice(["lists", "packed"]),
            help="Of the blocks.",
        ),
        click.option("--keep", is_flag=True, help="Keep the site's directory: its archive and its logs."),
        click.option("--verbose", is_flag=True, help="With --json: add `details`."),
        json_option,
    ]

    def add(decorated: Command) -> Command:
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return add


@command.command("kill-router", short_help="Kill the router while two agents publish.")
@click.option(
    "--away",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0.0),
    help="Seconds from the kill until the router is started again.",
)
@click.option("--restart-aggregator", is_flag=True, help="Kill the Aggregator too, while the router is away.")
@_shared(times=2, seconds=5.0)
def kill_router(away: float, restart_aggregator: bool, **shared: Any) -> None:
    """Kill the router (SIGKILL) while two agents publish.

    The agents go on, keep what they cannot send, and are back when the router is; the Aggregator asks for
    what it missed.
    """
    from ocs_sim.launch._drill import KillRouter

    _hold(KillRouter(away, restart_aggregator), **shared)


@command.command("kill-aggregator", short_help="Kill the Aggregator at any moment.")
@_shared(times=6, seconds=3.0)
def kill_aggregator(**shared: Any) -> None:
    """Kill the Aggregator (SIGKILL) at any moment: while it records, seals, starts or recovers.

    The HostMaster starts it again; it recovers its journal and asks the agents for what it missed.
    """
    from ocs_sim.launch._drill import KillAggregator

    _hold(KillAggregator(), **shared)


@command.command("kill-agent", short_help="Kill an agent that publishes and spills.")
@_shared(times=3, seconds=4.0)
def kill_agent(**shared: Any) -> None:
    """Kill one of two agents that publish and spill (SIGKILL).

    Its next boot offers what the killed one had published, and the Aggregator asks for what it missed.
    """
    from ocs_sim.launch._drill import KillAgent

    _hold(KillAgent(), **shared)


@command.command("stall-aggregator", short_help="Suspend the Aggregator, and measure the router.")
@click.option(
    "--stalled",
    default=25.0,
    show_default=True,
    type=click.FloatRange(0.1),
    help="Seconds for which the Aggregator is suspended.",
)
@_shared(times=1, seconds=4.0, blocks_per_second=1000.0)
def stall_aggregator(stalled: float, **shared: Any) -> None:
    """Suspend the Aggregator (SIGSTOP) and measure how much the router keeps for it in memory.

    The router drops a client that takes nothing; once the Aggregator goes on, it asks for what it missed.
    """
    from ocs_sim.launch._drill import StallAggregator

    _hold(StallAggregator(stalled), **shared)


@command.command("fill-disk", short_help="Refuse the Aggregator's writes for a while.")
@click.option(
    "--full",
    default=8.0,
    show_default=True,
    type=click.FloatRange(0.1),
    help="Seconds for which nothing can be written.",
)
@_shared(times=1, seconds=4.0)
def fill_disk(full: float, **shared: Any) -> None:
    """Have the kernel refuse the Aggregator's writes for a while, as on a full disk. Needs Linux, not root.

    The Aggregator says that it is degraded, keeps what comes in memory, and heals without a restart.
    """
    from ocs_sim.launch._drill import FillDisk

    _hold(FillDisk(full), **shared)


def _hold(
    fault: Fault,
    *,
    blocks_per_second: float,
    seconds: float,
    times: int,
    seed: int | None,
    encoding: str,
    keep: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    from ocs_sim.launch._drill import Drill, Load
    from ocs_sim.launch._say import nothing

    load = Load(blocks_per_second, encoding=encoding)
    seed = random.randrange(_LARGEST_SEED) if seed is None else seed  # noqa: S311 -- nothing secret
    report = Drill(fault, load, times, seconds, seed, keep, nothing if as_json else click.echo).run()
    if as_json:
        print_json(report.to_plain(verbose=verbose))
    else:
        _print(report)
    click.get_current_context().exit(0 if report.is_well else 1)


def _print(report: Report) -> None:
    for name, memory in report.memory.items():
        first, most, last = (size / 1e6 for size in (memory.first, memory.most, memory.last))
        click.echo(f"  {name:<12} memory: {first:.0f} MB, at most {most:.0f} MB, in the end {last:.0f} MB")
    remarks = {"archived": f"{report.samples} samples", "duplicated": _dropped(report.dropped_duplicates)}
    for name, figure in report.figures.items():
        click.echo(f"{name:<11} {figure:>8}  {remarks.get(name, '')}".rstrip())
    for fault in report.faults:
        click.echo(f"  {fault}")
    verdict = "Nothing was lost." if report.is_well else "The archive is not what was published."
    hint = "" if report.is_well or report.directory else f" Look closer with --keep --seed {report.seed}."
    click.secho(verdict + hint, fg="green" if report.is_well else "red")
    click.echo(
        f"It took {report.seconds:.0f} s." + (f" Kept: {report.directory}" if report.directory else "")
    )


def _dropped(blocks: int) -> str:
    return f"{blocks} that came twice were dropped" if blocks else ""
