"""What the pages of docs/ point to is there, and what the references list is all that there is."""

import re
from dataclasses import fields
from importlib.metadata import entry_points
from inspect import signature
from pathlib import Path

import click
import pytest
from ocs_sim.agents.fake_data import FakeData

from ocs_sim.agent._common import CommonOptions
from ocs_sim.agent._operations import declared_on
from ocs_sim.collect import Readings, _reasons
from ocs_sim.collect._metrics import registry_of
from ocs_sim.launch._cli import obsbow
from ocs_sim.testing import AgentHarness, ManualClock

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = (ROOT / "docs/reference/commands.md").read_text()
WIRE = (ROOT / "docs/reference/wire.md").read_text()
AGENTS = (ROOT / "docs/reference/agents.md").read_text()
WATCH = (ROOT / "docs/how-to/watch-telemetry.md").read_text()
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page):
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", without_code(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for link in LINK.findall(without_code(page.read_text())):
        if re.match("[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} points to {link}"
        assert ROOT in target.parents, f"{page.name} points outside with {link}"
        assert not anchor or anchor in anchors(target), f"{page.name} points to {link}"


def test_every_page_can_be_reached_from_the_readme():
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = [link.partition("#")[0] for link in LINK.findall(without_code(page.read_text()))]
        ahead += [(page.parent / link).resolve() for link in links if link and ":" not in link]
    assert set(PAGES) - reached == set()


def commands_below(group, name, context):
    if not isinstance(group, click.Group):
        yield name, group
        return
    inner = click.Context(group, parent=context, info_name=name)
    for each in group.list_commands(inner):
        yield from commands_below(group.get_command(inner, each), f"{name} {each}", inner)


ALL_COMMANDS = dict(commands_below(obsbow, "obsbow", None))


def section(title):
    """Return what stands below a heading of the page of commands, up to the next."""
    found = re.search(rf"^### {title}$(.*?)(?=^##|\Z)", COMMANDS, re.DOTALL | re.MULTILINE)
    assert found, f"docs/reference/commands.md has no section on `{title}`"
    return found[1]


@pytest.mark.parametrize("name", ALL_COMMANDS)
def test_the_page_of_commands_has_every_option_and_no_other(name):
    told = set(OPTION.findall(without_code(section(name))))
    options = [each for each in ALL_COMMANDS[name].params if isinstance(each, click.Option)]
    assert told == {word for each in options for word in [*each.opts, *each.secondary_opts]}


@pytest.mark.parametrize("name", ALL_COMMANDS)
def test_the_page_of_commands_has_every_argument_default_and_an_example(name):
    text = section(name)
    assert f"\n$ {name}" in text
    for each in ALL_COMMANDS[name].params:
        if isinstance(each, click.Argument):
            assert each.make_metavar(click.Context(ALL_COMMANDS[name])) in text.split("\n\n")[1]
        elif each.show_default:
            row = next(line for line in text.splitlines() if line.startswith("|") and each.opts[-1] in line)
            assert re.search(rf"\| `?{re.escape(f'{each.default}').removesuffix('.0')}`? \|", row), row


def test_the_page_of_commands_has_no_command_that_is_not_there():
    assert set(re.findall(r"^### (.*)$", COMMANDS, re.MULTILINE)) == set(ALL_COMMANDS)


SHIPPED = {
    each.name: each.load()
    for each in entry_points(group="ocs_sim.agents")
    if each.value.startswith("ocs_sim.agents.")
}


def flags(names):
    return {"--" + name.replace("_", "-") for name in names}


def about(agent_class):
    """Return what stands below the heading of an agent class, by the heading of each of its tables."""
    text = re.search(rf"^## {agent_class}$(.*?)(?=^## |\Z)", AGENTS, re.DOTALL | re.MULTILINE)
    assert text, f"docs/reference/agents.md has no section on `{agent_class}`"
    tables = re.findall(r"^\| (\w+) \|.*\n\|---.*\n((?:\|.*\n)+)", text[1] + "\n", re.MULTILINE)
    return {
        title: [[cell.strip() for cell in line.split("|")[1:-1]] for line in rows.splitlines()]
        for title, rows in tables
    }


def names_in(rows):
    return {name for row in rows for name in re.findall("`([^`]+)`", row[0])}


def test_the_page_of_agents_has_the_options_of_every_agent():
    told = about("Every agent")
    assert names_in(told["option"]) == flags(each.name for each in fields(CommonOptions))


def test_the_page_of_agents_has_every_class_and_no_other():
    assert set(re.findall(r"^## (.*)$", AGENTS, re.MULTILINE)) == {"Every agent", *SHIPPED}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_page_of_agents_has_every_option_with_its_default(name):
    rows = about(name)["option"]
    options = SHIPPED[name].Options.model_fields
    assert names_in(rows) == flags(options)
    for option, field in options.items():
        (row,) = [row for row in rows if f"`{flags([option]).pop()}`" in row[0]]
        said = row[1].strip("`")
        if field.is_required():
            assert said == "required"
        elif type(field.default) in (int, float):
            assert float(said) == field.default
        elif said:
            assert said == str(field.default).lower()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_page_of_agents_has_every_operation_and_its_parameters(name):
    rows, cls = about(name)["operation"], SHIPPED[name]
    declared = dict(declared_on(cls))
    aliases = {alias for each in declared.values() for alias in each.aliases}
    assert names_in(rows) == set(declared) | aliases
    for attribute in declared:
        (row,) = [row for row in rows if f"`{attribute}`" in row[0]]
        known = signature(getattr(cls, attribute)).parameters.values()
        wanted = {each.name for each in known if each.kind is not each.VAR_KEYWORD} - {"self", "run"}
        assert {word.partition("=")[0] for word in re.findall("`([^`]+)`", row[1])} == wanted


def keys_below(introduction):
    """Return the names in the first column of the table that follows some words on the page of the wire."""
    table = WIRE.split(introduction, 1)[1].split("|---", 1)[1].split("\n\n", 1)[0]
    rows = [line.split("|")[1] for line in table.splitlines()[1:]]
    return {key for row in rows for key in re.findall("`([^`]+)`", row)}


@pytest.fixture
def agent():
    with AgentHarness(FakeData, clock=ManualClock()) as harness:
        harness.start("acq", test_mode=True)
        harness.advance(3.0)
        yield harness


def test_the_page_on_watching_has_every_metric():
    metrics = {each.name for each in registry_of(Readings).collect()}
    rows = re.findall(r"^\| (`ocs_.*?) \|", WATCH, re.MULTILINE)
    assert set(re.findall("`([^`]+)`", " ".join(rows))) == metrics


def test_the_page_on_losses_has_every_reason():
    page = (ROOT / "docs/explanation/no-sample-lost.md").read_text()
    known = [_reasons.FORGOTTEN, _reasons.NOT_KEPT, _reasons.NOT_ARCHIVED.partition(":")[0]]
    for reason in [*known, _reasons.evicted(17), _reasons.cut_off(18)]:
        assert reason.replace("17", "N") in page


def test_the_page_of_the_wire_has_every_key_of_a_session(agent):
    told = keys_below("A session is one run of an operation:") | keys_below("Added by us, after those keys:")
    assert told == set(agent.wait("acq").session)


def test_the_page_of_the_wire_has_every_key_of_the_management_answers(agent):
    answer = agent.ask()
    info = dict(answer["tasks"][0][2]) | answer["processes"][0][2]
    assert keys_below("| key of `get_api` ") == set(answer)
    assert keys_below("| key of `info` ") == set(info)


def test_the_page_of_the_wire_has_every_key_of_a_feed(agent):
    feeds = dict(agent.ask("get_feeds"))
    only_packed = {"encoding"}
    assert keys_below("| key of the description ") == set(feeds["false_temperatures"]) | only_packed
    beat = agent.published("heartbeat")[-1].feed.extras
    only_spilled = {"spill", "earlier"}
    assert keys_below("| key of the heartbeat's description ") == (set(beat) - {"boot_id"}) | only_spilled
    assert keys_below("| key of the answer ") == set(
        agent.bus.run(agent.bus.answer(f"{agent.address}.replay", ("false_temperatures",), {}))
    )


def test_the_page_on_observing_has_every_option_of_the_script():
    page = (ROOT / "docs/how-to/observe-a-target.md").read_text().split("## Options", 1)[1]
    script = (ROOT / "scripts/observe_target.py").read_text()
    told = {
        name for row in re.findall(r"^\| (`--.*?) \|", page, re.MULTILINE) for name in OPTION.findall(row)
    }
    assert told == set(re.findall(r'add\("(--[a-z-]+)"', script))


def test_the_page_of_commands_has_every_variable():
    between_our_processes = {"OBSBOW_HOST_MASTER"}
    places = [ROOT / "ocs_sim", ROOT / "agents", ROOT / "scripts"]
    kinds = ("*.py", "*.yaml")
    files = [path for place in places for kind in kinds for path in place.rglob(kind)]
    text = "".join(path.read_text() for path in files)
    told = set(re.findall(r"`(OBSBOW_\w+)`", COMMANDS))
    assert told == set(re.findall(r"OBSBOW_[A-Z_]+[A-Z]", text)) - between_our_processes
