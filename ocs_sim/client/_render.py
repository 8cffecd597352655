"""Replies for people: as text, and as HTML for notebooks."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ocs_sim.wire import ResponseCode

if TYPE_CHECKING:
    from ocs_sim.client._reply import Reply
    from ocs_sim.client._session import Session

_SHOWN_MESSAGES = 5
_SHOWN_ALREADY = {
    "session_id",
    "op_name",
    "op_code",
    "status",
    "success",
    "start_time",
    "end_time",
    "messages",
    "progress",
    "degraded",
    "degraded_reason",
    "degraded_since",
    "cred_level",
}


def reply_text(reply: Reply, now: float | None = None) -> str:
    """Return a reply in a few lines."""
    head = f"Reply: {reply.status.name} : {reply.msg}"
    if not reply.session and reply.status is not ResponseCode.OK:
        return head
    return "\n".join([head, *(f"  {line}" for line in session_lines(reply.session, now))])


def session_lines(session: Session, now: float | None = None) -> list[str]:
    """Return what is known of a run, its last messages included."""
    if not session:
        return ["(no session -- op has never run)"]
    lines = [f"{session.op_name}[session={session.session_id}]; {_state(session, now or time.time())}"]
    if session.degraded:
        lines.append(f"degraded: {session.get('degraded_reason') or 'no reason given'}")
    if session.status != "done" and session.progress:
        lines.append(f"progress: {progress_text(session.progress)}")
    messages = session.messages
    shown = messages[-_SHOWN_MESSAGES:]
    lines.append(f"messages ({len(shown)} of {len(messages)}):")
    lines += [f"  {clock_text(when)} {text}" for when, text in shown]
    others = [key for key in session if key not in _SHOWN_ALREADY]
    if others:
        lines.append(f"other keys in .session: {', '.join(others)}")
    return lines


def _state(session: Session, now: float) -> str:
    began = session.start_time
    if session.status != "done" or began is None:
        return f"status={session.status}" + (f" for {now - began:.1f} s" if began is not None else "")
    ended = session.end_time or now
    how = "without error" if session.success else f"with ERROR {_age(now - ended)} ago"
    if session.success:
        return f"status=done {how} {_age(now - ended)} ago, took {_age(ended - began)}"
    return f"status=done {how}, took {_age(ended - began)}"


def _age(seconds: float) -> str:
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{max(seconds, 0.0):.1f} s"


def progress_text(progress: Mapping[str, Any]) -> str:
    """Return a run's progress in one line; only what the agent tells is in it."""
    parts = []
    if progress.get("stage"):
        parts.append(str(progress["stage"]))
    if progress.get("fraction") is not None:
        parts.append(f"{100 * float(progress['fraction']):.0f} %")
    if progress.get("target") is not None:
        parts.append(f"to {progress['target']}{' ' + progress['unit'] if progress.get('unit') else ''}")
    if progress.get("seconds_left") is not None:
        parts.append(f"{_age(float(progress['seconds_left']))} left")
    if progress.get("waiting_for"):
        parts.append(f"waiting for {progress['waiting_for']}")
    return ", ".join(parts)


def clock_text(when: float) -> str:
    """Return the time of day of a moment, UTC."""
    return datetime.fromtimestamp(when, UTC).strftime("%H:%M:%S.%f")[:-5] + "Z"


def reply_html(reply: Reply, now: float | None = None) -> str:
    """Return a reply for a notebook."""
    colour = "#2e7d32" if reply.ok else "#c62828"
    head = f'<b style="color:{colour}">{reply.status.name}</b> {html.escape(reply.msg)}'
    body = html.escape("\n".join(session_lines(reply.session, now)))
    fraction = reply.session.progress.get("fraction")
    bar = ""
    if fraction is not None and reply.session.status != "done":
        bar = f'<br><progress value="{float(fraction):.3f}" max="1"></progress>'
    return f'<div>{head}{bar}<pre style="margin:0.3em 0">{body}</pre></div>'
