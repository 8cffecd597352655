"""The table of docs/reference/job-actions.md, as the code has it; run as a program it prints it."""

from __future__ import annotations

from ocs_sim.agents._jobs import ACTIONS

HEAD = ["| job | operations | needs | notes |", "|---|---|---|---|"]


def lines() -> list[str]:
    """Return a line for each row."""
    return [_line(key, row) for key, row in sorted(ACTIONS.items())]


def _line(key, row):
    cells = [f"`{key}`", "; ".join(_form(form) for form in row.forms) or "fails", _needs(row), _notes(row)]
    return f"| {' | '.join(cells)} |"


def _form(form):
    given = f"with {' and '.join(f'`{each}`' for each in form.needs)}: " if form.needs else ""
    return given + (", ".join(_step(step) for step in form.steps) or "none")


def _step(step):
    way = {"run": "", "begin": "start ", "end": "stop ", "abort": "abort "}[step.way]
    parameters = ", ".join(_parameter(each) for each in step.parameters)
    told = f"{way}`{step.agent}.{step.operation}`" + (f" ({parameters})" if parameters else "")
    return told + (" if parked" if step.only_if else "")


def _parameter(parameter):
    if not parameter.sources:
        value = parameter.late.replace("_", " ") if parameter.late else repr(parameter.value)
        return f"{parameter.name} = {value}"
    late = f", {parameter.late.replace('_', ' ')}" if parameter.late else ""
    default = f", else {parameter.default}" if parameter.default is not None else ""
    need = "" if parameter.required else ", if given"
    sources = " or ".join(f"`{each}`" for each in parameter.sources)
    return f"{parameter.name} from {sources} ({parameter.kind}{late}{default or need})"


def _needs(row):
    return " or ".join(f"`{role}`" for role in row.roles)


def _notes(row):
    notes = [row.refusal, row.remark]
    if row.unused:
        notes.append(f"not used: {', '.join(row.unused)}")
    if row.after:
        notes.append(f"waits for earlier jobs of {' and '.join(row.after)}")
    if row.stops:
        notes.append(f"overtakes and ends jobs: {', '.join(row.stops)}")
    return "; ".join(note for note in notes if note)


if __name__ == "__main__":
    print("\n".join([*HEAD, *lines()]))
