"""What each command of the client answers, in words for people and as facts for programs."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ocs_sim.launch._client_desk import Desk
from ocs_sim.launch._client_words import age_text, job_line, link_note, presence, sent_line
from ocs_sim.remote import (
    COMMANDS,
    BadCommand,
    UnknownCommand,
    Wish,
    nearest_hint,
    plain_document,
    read_command,
    read_state,
)
from ocs_sim.wire import to_plain

if TYPE_CHECKING:
    from ocs_sim.jobs import Job

Progress: TypeAlias = Callable[[str, int], Iterable[int]]
_MOST = 10_000
_JOBS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """`success` is None when it is not known yet."""

    text: str
    facts: dict[str, Any] = field(default_factory=dict)
    success: bool | None = True


@dataclass(frozen=True, slots=True)
class Question:
    """A command that needs no site to be carried out."""

    answer: Callable[[Desk, Sequence[str], Progress], Answer]
    usage: str
    help: str


def answer(
    desk: Desk, name: str, texts: Sequence[str], progress: Progress, wait_seconds: float | None = None
) -> Answer:
    """Carry out a command. Raises UnknownCommand, BadCommand, and what stores raise."""
    question = QUESTIONS.get(name.lower())
    if question is not None:
        return question.answer(desk, texts, progress)
    if name.lower() not in COMMANDS:
        raise UnknownCommand(name=name, hint=nearest_hint(name, [*COMMANDS, *QUESTIONS]))
    return _send(desk, read_command(name, texts), wait_seconds)


def _send(desk: Desk, wish: Wish, wait_seconds: float | None) -> Answer:
    remote = desk.remote
    ulid = remote.send(wish)
    note = presence(remote.site, remote.state(), desk.clock.time())
    lines = [sent_line(remote.site, wish, ulid), *([note] if note else [])]
    facts = {"site": remote.site, "command": wish.command, **wish.fields, "job": ulid, "online": not note}
    if wait_seconds is None:
        return Answer("\n".join(lines), facts)
    job = remote.await_end(ulid, wait_seconds)
    if job is None:
        lines.append(f"{remote.site} has not taken it yet.")
        return Answer("\n".join(lines), {**facts, "status": None}, None)
    return Answer("\n".join([*lines, job_line(job)]), {**facts, **_outcome(job)}, _success(job))


def _outcome(job: Job) -> dict[str, Any]:
    outcome: dict[str, Any] = to_plain({"status": job.status, "result": job.result, "message": _last(job)})[0]
    return outcome


def _last(job: Job) -> str:
    return job.history[-1].message if job.history else ""


def _success(job: Job) -> bool | None:
    return job.status.startswith("COMPLETE") if job.has_ended else None


def _list_sites(desk: Desk, texts: Sequence[str], _: Progress) -> Answer:
    _take_none("list_sites", texts)
    return Answer(f"List of all registered sites:\n{json.dumps(desk.codes)}", {"sites": desk.codes})


def _status(desk: Desk, texts: Sequence[str], _: Progress) -> Answer:
    _take_none("status", texts)
    stored, unix = desk.remote.document(), desk.clock.time()
    if stored is None:
        return Answer(f"{desk.remote.site} has never told its state.", {"site": desk.remote.site}, None)
    state = read_state(stored)
    document = plain_document(stored)
    age_seconds = state.age_seconds(unix)
    text = f"{json.dumps(document, indent=2)}\nStatus is {age_text(age_seconds)} (hh:mm:ss) old."
    return Answer(text, {**document, "age_seconds": age_seconds, "online": state.is_alive(unix)})


def _get_url(desk: Desk, texts: Sequence[str], _: Progress) -> Answer:
    _take_none("get_url", texts)
    state = desk.remote.state()
    key = None if state is None else state.last_image_key
    if key is None:
        return Answer("No images available.", {"site": desk.remote.site, "url": None}, None)
    link = desk.remote.link(key)
    note = link_note(link) if desk.has_embedded_objects else ""
    text = "\n".join(filter(None, (f"Last image url: {link}", note)))
    return Answer(text, {"site": desk.remote.site, "image": key, "url": link, "opens": not note})


def _jobs(desk: Desk, texts: Sequence[str], _: Progress) -> Answer:
    jobs = desk.remote.jobs(_whole("jobs", texts, _JOBS_SHOWN))
    waiting = desk.remote.waiting()
    lines = [job_line(job) for job in jobs] or [f"{desk.remote.site} has taken no commands."]
    if waiting:
        more = "more " if jobs else ""
        lines.append(f"{waiting} {more}{'waits' if waiting == 1 else 'wait'} for it.")
    return Answer(
        "\n".join(lines), {"jobs": [to_plain(job.to_detail())[0] for job in jobs], "waiting": waiting}
    )


def _test(desk: Desk, texts: Sequence[str], progress: Progress) -> Answer:
    number, site = _whole("test", texts, 1), desk.remote.site
    places = random.Random()  # noqa: S311 - places in the sky, no secrets
    ulids = []
    for _ in progress(f"Sending to {site}", number):
        ra, dec = round(places.uniform(0.0, 23.999), 4), round(places.uniform(-90.0, 90.0), 3)
        ulids.append(desk.remote.send(Wish("goto", {"ra": ra, "dec": dec})))
    note = presence(site, desk.remote.state(), desk.clock.time())
    told = f"Sent {number} random goto{'' if number == 1 else 's'} to {site}."
    return Answer("\n".join(filter(None, (told, note))), {"site": site, "jobs": ulids, "online": not note})


def _take_none(name: str, texts: Sequence[str]) -> None:
    if texts:
        raise BadCommand(faults=[f"{name} takes nothing, not {' '.join(texts)!r}."], sample=name)


def _whole(name: str, texts: Sequence[str], otherwise: int) -> int:
    text = " ".join(texts) or str(otherwise)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _MOST):
        fault = f"The input must be an integer from 1 to {_MOST}, not {text!r}."
        raise BadCommand(faults=[fault], sample=f"{name} {otherwise}")
    return int(text)


QUESTIONS = {
    "list_sites": Question(_list_sites, "list_sites", "List the sites."),
    "status": Question(_status, "status", "Show what the site last told, and how old that is."),
    "jobs": Question(_jobs, "jobs [N]", "Show the latest commands and what became of them."),
    "get_url": Question(_get_url, "get_url", "Show a link to the latest image, which opens for an hour."),
    "test": Question(_test, "test [N]", "Send N gotos to random places."),
}
