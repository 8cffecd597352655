"""What agents say of themselves, through the router."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.launch._layout import Layout

ANSWER_TIMEOUT_SECONDS = 1.0
# More questions at once than the router answers in time would make agents seem silent.
_AT_ONCE = 16


def ask(layout: Layout, instance_id: str, question: str) -> Any:
    """Return an agent's answer to a management question, or None when none comes."""
    caller = HttpCaller(layout.host.hub.wamp_http, timeout_seconds=ANSWER_TIMEOUT_SECONDS)
    try:
        return caller.call(layout.address(instance_id), question)
    except BusError:
        return None
    finally:
        caller.close()


def ask_all(layout: Layout, instance_ids: Iterable[str], question: str) -> dict[str, Any]:
    """Return the answers of those that answer; of a dozen it takes as long as the slowest."""
    names = list(instance_ids)
    if not names:
        return {}
    with ThreadPoolExecutor(min(len(names), _AT_ONCE)) as pool:
        answers = pool.map(lambda name: ask(layout, name, question), names)
        return {name: answer for name, answer in zip(names, answers, strict=True) if answer is not None}
