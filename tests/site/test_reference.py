"""The reference page says what the keys are, in the words of the schema, and quotes faults as they are."""

import json
from pathlib import Path

import pytest

from ocs_sim.site import json_schema
from tests.site import test_faults

PAGE = (Path(__file__).parents[2] / "docs/reference/site-file.md").read_text()
SCHEMA = json_schema()
TYPES = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "object": "mapping",
    "array": "list",
}


def part(schema):
    """Return the part of a schema that is not `null`."""
    return next((each for each in schema.get("anyOf", ()) if each != {"type": "null"}), schema)


HOST = part(SCHEMA["properties"]["hosts"])["additionalProperties"]
SECTIONS = {
    "The file": SCHEMA,
    "hub": SCHEMA["properties"]["hub"],
    "hosts": HOST,
    "crossbar": part(HOST["properties"]["crossbar"]),
    "agent-instances": part(HOST["properties"]["agent-instances"])["items"],
    "site": part(SCHEMA["properties"]["site"]),
    "sites": part(SCHEMA["properties"]["sites"])["additionalProperties"],
    "stores": part(SCHEMA["properties"]["stores"]),
}


def type_of(schema):
    inner = part(schema)
    if "anyOf" in inner:
        return " or ".join(type_of(each) for each in inner["anyOf"])
    if "enum" in inner:
        return "one of these"
    if "$ref" in inner:
        return "mapping or list"
    kinds = inner["type"] if isinstance(inner["type"], list) else [inner["type"]]
    # Numbers may also be text, for `${NAME}`; the first type is what is meant.
    return TYPES[kinds[0]]


def rows(section):
    """Yield the lines of a section's table."""
    for name, key in section["properties"].items():
        if key.get("deprecated"):
            continue
        if name in section["required"]:
            default = "required"
        else:
            default = f"`{key['default']}`" if "default" in key else ""
        example = f"`{json.dumps(key['examples'][0])}`" if "examples" in key else ""
        mark = " ★" if key.get("x-beyond-ocs") else ""
        yield f"| `{name}`{mark} | {type_of(key)} | {default} | {key['description']} | {example} |"


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_page_has_every_key(heading):
    _, _, after = PAGE.partition(f"## {heading}\n")
    table = [line for line in after.partition("\n#")[0].splitlines() if line.startswith("| `")]
    assert table == list(rows(SECTIONS[heading]))


FAULTS = {
    "The file as text": test_faults.SYNTAX,
    "YAML": test_faults.YAML,
    "Variables": test_faults.VARIABLES,
    "The hub": test_faults.HUBS,
    "Keys": test_faults.KEYS,
    "Hosts": test_faults.HOSTS,
    "Agents": test_faults.AGENTS,
    "The site": test_faults.IDENTITY,
    "Sites": test_faults.SITES,
    "Stores and jobs": test_faults.STORES,
}


def messages(entries):
    """Return what is said in a table of faults, without the places, each once."""
    return list(dict.fromkeys(said.split(": ", 1)[1] for _, said in entries if said))


@pytest.mark.parametrize("heading", FAULTS)
def test_the_page_quotes_every_fault(heading):
    _, _, after = PAGE.partition(f"### {heading}\n\n```text\n")
    assert after.partition("```")[0].splitlines() == messages(FAULTS[heading])
