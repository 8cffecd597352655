"""Tables and lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ocs_sim.launch._view import AgentState, AgentView, ObservatoryView

_COLOURS = {
    AgentState.UP: "green",
    AgentState.OFFLINE: "yellow",
    AgentState.SILENT: "yellow",
    AgentState.SUSPENDED: "yellow",
    AgentState.DIED: "red",
    AgentState.DOWN: "dim",
}


def print_view(view: ObservatoryView) -> None:
    """Print the state of an observatory as a table, and below it what is to be known of each trouble."""
    console = Console(highlight=False)
    console.print(Text(f"{view.site_file} (host {view.host})", style="dim"), soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("agent", "class", "state", "pid", "up for", "memory", "operations"):
        table.add_column(title, overflow="fold", no_wrap=title != "operations")
    table.add_row("crossbar", "router", _router_state(view), *_router_figures(view), "")
    for code, agents in _by_site(view):
        if code:
            table.add_row(Text(code, style="bold"), *[""] * 5, Text(view.observatories[code], style="bold"))
        for agent in agents:
            table.add_row(*_row(agent))
    console.print(table)
    for note, names in _notes(view).items():
        console.print(f"  {', '.join(names)}: {note}", soft_wrap=True, markup=False)


def _by_site(view: ObservatoryView) -> Iterator[tuple[str, list[AgentView]]]:
    """Yield the agents of each site with its code; all at once where there is one site, or none."""
    if len(view.observatories) < 2:
        yield "", list(view.agents)
        return
    for code in ("", *view.observatories):
        agents = [each for each in view.agents if each.site_code == code]
        if agents:
            yield code, agents


def _notes(view: ObservatoryView) -> dict[str, list[str]]:
    """Return every note with those of whom it is true."""
    notes: dict[str, list[str]] = {}
    for name, note in [
        ("crossbar", view.router.detail),
        *((each.instance_id, each.note) for each in view.agents),
    ]:
        if note:
            notes.setdefault(note, []).append(name)
    return notes


def _router_state(view: ObservatoryView) -> Text:
    return Text(view.router.state, style="green" if view.router.alive else "red")


def _router_figures(view: ObservatoryView) -> tuple[str, str, str]:
    pid = "" if view.router.pid is None else str(view.router.pid)
    return pid, duration(view.router.uptime_seconds), memory(view.router.rss_bytes)


def _row(agent: AgentView) -> tuple[str | Text, ...]:
    return (
        agent.instance_id,
        agent.agent_class,
        Text(agent.state.value, style=_COLOURS[agent.state]),
        "" if agent.pid is None else str(agent.pid),
        duration(agent.uptime_seconds),
        memory(agent.rss_bytes),
        _operations(agent.operations),
    )


def _operations(operations: Mapping[str, str]) -> str:
    worth_saying = {name: state for name, state in operations.items() if state not in ("none", "succeeded")}
    return ", ".join(f"{name} {state}" for name, state in worth_saying.items())


def duration(seconds: float | None) -> str:
    """Return a time span in its largest two units."""
    if seconds is None:
        return ""
    whole = int(seconds)
    for size, unit, small, small_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // small}{small_unit}"
    return f"{seconds:.0f}s"


def memory(size_bytes: int | None) -> str:
    """Return a size in megabytes."""
    return "" if size_bytes is None else f"{size_bytes / 1e6:.0f} MB"
