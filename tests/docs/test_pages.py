"""What the pages of docs/ point to is there, and what the references list is all that there is."""

import re
from pathlib import Path

import click
import pytest
from ocs_sim.agents.fake_data import FakeData

from ocs_sim.launch._cli import obsbow
from ocs_sim.testing import AgentHarness, ManualClock

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = (ROOT / "docs/reference/commands.md").read_text()
WIRE = (ROOT / "docs/reference/wire.md").read_text()
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
