"""`obsbow listen`: what is published on a feed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocs_sim.launch.commands._options import json_option, site_options
from ocs_sim.wire import to_plain

if TYPE_CHECKING:
    from ocs_sim.client import Publication

_PATIENCE_SECONDS = 5.0
_SHOWN_FIELDS = 8


@click.command("listen")
@click.argument("what", metavar="AGENT[.FEED]|TOPIC")
@click.option("--count", type=click.IntRange(1), help="End after so many messages.")
@site_options
@json_option
def command(
    what: str, count: int | None, site_file: Path | None, site_host: str | None, as_json: bool
) -> None:
    """Print what is published on a feed, all feeds of an agent, or a topic; Ctrl-C ends it.

    A topic begins with the site's address root. An empty word in it matches any, and one that ends with a
    dot matches whatever follows.

    \b
    obsbow listen data1.false_temperatures
    obsbow listen data1
    obsbow listen observatory..feeds.heartbeat --json --count 3
    """
    from ocs_sim.client import listen

    topic = _topic(what, site_file, site_host)
    with listen(topic, count=count, site_file=site_file, site_host=site_host) as publications:
        try:
            for publication in publications:
                click.echo(_json(publication) if as_json else _line(publication))
        except KeyboardInterrupt:
            return


def _topic(what: str, site_file: Path | None, site_host: str | None) -> str:
    """Return the topic that is meant; whoever names an agent is told if it, or its feed, is not there."""
    from ocs_sim.client import Client, locate

    if what.startswith(f"{locate(site_file, site_host).address_root}."):
        return what
    agent, _, feed = what.partition(".")
    with Client(agent, site_file=site_file, site_host=site_host, timeout_seconds=_PATIENCE_SECONDS) as client:
        return client.topic(feed) if feed else f"{client.address}.feeds."


def _json(publication: Publication) -> str:
    message, feed = _parts(publication)
    return json.dumps(to_plain({"topic": publication.topic, "message": message, "feed": feed})[0])


def _line(publication: Publication) -> str:
    from ocs_sim.client import clock_text

    message, feed = _parts(publication)
    if not (isinstance(feed, dict) and feed.get("record") and isinstance(message, dict)):
        return f"{publication.topic} {json.dumps(to_plain(message)[0])}"
    lines = []
    for name, block in message.items():
        times, data = block.get("timestamps") or [], block.get("data") or {}
        shown = [f"{field}={_short(column[-1])}" for field, column in data.items() if column]
        more = f" and {len(shown) - _SHOWN_FIELDS} more" if len(shown) > _SHOWN_FIELDS else ""
        when = clock_text(times[-1]) if times else "-"
        values = " ".join(shown[:_SHOWN_FIELDS]) + more
        lines.append(f"{when} {publication.topic} {name} ({len(times)} samples, the last:) {values}")
    return "\n".join(lines)


def _parts(publication: Publication) -> tuple[Any, Any]:
    """Return message and feed description; of what is no feed's publication, the whole and None."""
    payload = publication.payload
    if isinstance(payload, list) and len(payload) == 2 and isinstance(payload[1], dict):
        return payload[0], payload[1]
    return payload, None


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
