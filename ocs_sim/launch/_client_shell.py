"""The interactive shell of `obsbow client`: observatory_simulator's, with answers instead of silence."""

from __future__ import annotations

import cmd
import shlex
from typing import Any

from ocs_sim.errors import ObservatoryError
from ocs_sim.launch._client_answers import QUESTIONS, Progress, answer
from ocs_sim.launch._client_desk import Desk
from ocs_sim.remote import COMMANDS, BadCommand, UnknownCommand, nearest_hint

_OWN = {
    "set_obs": ("set_obs NAME", "Talk to another site."),
    "x": ("x, q, exit", "Leave. The commands that were sent go on."),
    "?": ("? [COMMAND]", "List the commands, or explain one."),
}
_KNOWN = [*COMMANDS, *QUESTIONS, "set_obs", "x", "q", "exit"]
_WIDTH = 16


class ClientShell(cmd.Cmd):
    """One line, one command to the chosen site."""

    intro = "Welcome to photon ranch! Type ? to list commands"

    def __init__(self, desk: Desk, progress: Progress, **streams: Any) -> None:
        """`progress(text, total)` yields as many numbers, and shows a bar meanwhile."""
        super().__init__(**streams)
        self._desk = desk
        self._progress = progress
        self._set_prompt()

    def say(self, text: str) -> None:
        """Print lines."""
        self.stdout.write(f"{text}\n")
        self.stdout.flush()

    def onecmd(self, line: str) -> bool:
        """Carry a line out; return whether to leave. Whatever goes wrong is said, and the shell goes on."""
        try:
            return bool(super().onecmd(line))
        except (ObservatoryError, OSError) as error:
            self.say(str(error))
        return False

    def parseline(self, line: str) -> tuple[str | None, str | None, str]:
        """Return the command of a line, whatever its case, and what follows."""
        command, rest, line = super().parseline(line)
        return command and command.lower(), rest, line

    def emptyline(self) -> bool:
        """Do nothing: cmd would repeat the last command, which may be an exposure."""
        return False

    def default(self, line: str) -> bool:  # type: ignore[override] # cmd heeds what its hints deny
        """Carry out what is not a word of the shell itself."""
        name, *texts = split(line)
        if name == "EOF":
            self.say("")
            return True
        try:
            self.say(answer(self._desk, name, texts, self._progress).text)
        except UnknownCommand:
            self.say(f"There is no command {name!r}.{nearest_hint(name, _KNOWN)} Type ? to list commands.")
        return False

    def do_set_obs(self, line: str) -> None:
        """Talk to another site."""
        if not line.strip():
            raise BadCommand(faults=["set_obs needs the name of a site."], sample="set_obs site1")
        self._desk.choose(line.strip())
        self._set_prompt()

    def do_x(self, _: str) -> bool:
        """Leave."""
        return True

    do_q = do_exit = do_x

    def do_help(self, line: str) -> None:
        """List the commands, or explain one."""
        self.say(explained(line.strip().lower()) if line.strip() else listed())

    def completenames(self, text: str, *_: Any) -> list[str]:
        """Complete the name of a command."""
        return [f"{name} " for name in _KNOWN if name.startswith(text.lower())]

    def completedefault(self, text: str, line: str, *_: Any) -> list[str]:
        """Complete the words of a command."""
        name, start = line.split(maxsplit=1)[0].lower(), text.lower()
        if name == "set_obs":
            return [code for code in self._desk.codes if code.lower().startswith(start)]
        if name == "tracking":
            return [choice for choice in ("on", "off") if choice.startswith(start)]
        words = COMMANDS[name].words if name in COMMANDS else ()
        return [f"{word.name}=" for word in words if word.name.startswith(start)]

    def _set_prompt(self) -> None:
        self.prompt = f"{self._desk.remote.site}:: "


def listed() -> str:
    """Return all commands, a line each."""
    told = [(each.name, each.help) for each in COMMANDS.values()]
    told += [(each.usage, each.help) for each in QUESTIONS.values()]
    return "\n".join(f"{usage:<{_WIDTH}}{text}" for usage, text in [*told, *_OWN.values()])


def explained(name: str) -> str:
    """Return what a command does."""
    if name in COMMANDS:
        return f"{COMMANDS[name].help}\nLike this: {COMMANDS[name].sample}"
    if name in QUESTIONS:
        return f"{QUESTIONS[name].usage}: {QUESTIONS[name].help}"
    if name in ("q", "exit", *_OWN):
        return ": ".join(_OWN.get(name, _OWN["x"]))
    return f"There is no command {name!r}.{nearest_hint(name, _KNOWN)}"


def split(line: str) -> list[str]:
    """Return the words of a line; quotes hold words together, and may be forgotten at its end."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
