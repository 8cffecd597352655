"""The commands that go to a site, those of observatory_simulator's client shell first; how words are read."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.remote._errors import BadCommand, UnknownCommand
from ocs_sim.remote._values import Word, between, count, declination, filter_name, hours, one_of

_LONGEST_EXPOSURE_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A command with its fields, ready to be sent; `job`: as a job of this device and action."""

    command: str
    fields: dict[str, Any] = field(default_factory=dict)
    job: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the shell: its words, one of which may stand alone without `name=`.

    `job` is for what observatory_simulator had no command for: it is sent as a job of that device and action.
    """

    name: str
    help: str
    sample: str
    words: tuple[Word, ...] = ()
    alone: str | None = None
    job: tuple[str, str] | None = None

    def read(self, texts: Sequence[str]) -> Wish:
        """Return what the words say. Raises BadCommand with every fault."""
        given, faults = self._split(texts)
        fields: dict[str, Any] = {}
        for word in self.words:
            if word.name not in given:
                if word.required:
                    faults.append(f"{self.name} needs {word.name}=.")
                continue
            try:
                fields[word.name] = word.read(given.pop(word.name))
            except ValueError as fault:
                faults.append(f"{word.name} {fault}.")
        faults += [f"{self.name} takes no {name}=." for name in given if name not in self._names]
        if faults:
            raise BadCommand(faults=faults, sample=self.sample)
        return Wish(self.name, fields, self.job)

    def _split(self, texts: Sequence[str]) -> tuple[dict[str, str], list[str]]:
        given: dict[str, str] = {}
        faults: list[str] = []
        for text in texts:
            name, equals, value = text.partition("=")
            name = name.lower() if equals else self.alone or ""
            if not name:
                faults.append(f"{self.name} does not understand {text!r}: write name=value.")
            elif name in given:
                faults.append(f"{self.name} has {name} twice.")
            else:
                given[name] = value.strip() if equals else text
        return given, faults

    @property
    def _names(self) -> list[str]:
        return [word.name for word in self.words]


_FRAMES = one_of("icrs", "J2000", "apparent", "galactic")

COMMANDS = {
    command.name: command
    for command in (
        Command(
            "goto",
            "Slew to a right ascension (hours) and declination (degrees), and follow it.",
            "goto ra=5.59 dec=-5.39, or goto ra=05:35:17 dec=-05:23:28 rdsys=icrs",
            (Word("ra", hours), Word("dec", declination), Word("rdsys", _FRAMES, required=False)),
        ),
        Command(
            "goto_azalt",
            "Slew to an azimuth and altitude (degrees), and stay there.",
            "goto_azalt az=180 alt=60",
            (Word("az", between(0, 360, "degrees")), Word("alt", between(-90, 90, "degrees"))),
        ),
        Command(
            "tracking",
            "Follow the sky, or stop doing so.",
            "tracking on",
            (Word("tracking", one_of("on", "off")),),
            alone="tracking",
        ),
        Command("park", "Park the mount.", "park"),
        Command("unpark", "Let the mount move again.", "unpark"),
        Command("allstop", "Stop everything that moves or exposes, and forget what waits.", "allstop"),
        Command(
            "expose",
            "Take images.",
            "expose 10, or expose duration=10 filter=1 repeat=3",
            (
                Word("duration", between(0, _LONGEST_EXPOSURE_SECONDS, "seconds")),
                Word("filter", filter_name, required=False),
                Word("repeat", count(1, 1000), required=False),
            ),
            alone="duration",
        ),
        Command("open_dome", "Open the dome.", "open_dome", job=("enclosure", "open")),
        Command("close_dome", "Close the dome.", "close_dome", job=("enclosure", "close")),
    )
}
"""By their names, in the order of the original's help."""


def read_command(name: str, words: Sequence[str]) -> Wish:
    """Return the wish that some words express. Raises UnknownCommand or BadCommand."""
    command = COMMANDS.get(name.lower())
    if command is None:
        raise UnknownCommand(name=name, hint=nearest_hint(name, COMMANDS))
    return command.read(words)


def nearest_hint(name: str, known: Iterable[str]) -> str:
    """Return a sentence that names the nearest, with a space before it, or nothing."""
    near = difflib.get_close_matches(name.lower(), list(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""
