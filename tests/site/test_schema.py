"""The JSON Schema agrees with the loader."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from ocs_sim.site import check, json_schema
from tests.site import test_faults, test_ocs_files

REPO = Path(__file__).parents[2]
SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

GOOD = [
    (REPO / "site_config/default.yaml").read_text(),
    (REPO / "site_config/ocs_style.yaml").read_text(),
    test_ocs_files.ONE_HOST,
    test_ocs_files.SEVERAL_HOSTS.replace("director:access-dir", "override:two,three"),
    test_ocs_files.NO_HOSTS,
    test_faults.hub(wamp_realm="${REALM}", wamp_server="${SERVER}"),
    test_faults.site(latitude="${LAT}", timezone="UTC", elevation="100"),
    test_faults.host("x-own: [1]\nagent-paths: mine.py\nenv: {A: 1, B: c}\nlog-dir:"),
    test_faults.agent("depends-on: [b]\nprocess-group: g\narguments: {a: 1, b: [c, d], e: true, f: }"),
    test_faults.agent("manage: no"),
    test_faults.HUB + "stores: {queue: 'sqs://${REGION}', link-base: 'https://a.example/o'}\n",
    test_faults.HUB + "job-actions: {camera/expose: {agent: cam, parameters: {seconds: [time, 1.5]}}}\n",
]

# Faults that lie between keys, in the text, or beyond what a schema can say.
_KINDS_THAT_A_SCHEMA_SEES = [
    *[
        entry
        for entry in (
            *test_faults.HUBS,
            *test_faults.KEYS,
            *test_faults.HOSTS,
            *test_faults.IDENTITY,
            *test_faults.STORES,
        )
        if not any(
            beyond in entry[1]
            for beyond in (
                "is not a URL", "has spaces", "has port 0", "control character", "time zone", "both",
                "no longer used", ".inf", ".nan", "no observatory", "cannot be used",
            )
        )
    ],
]  # fmt: skip


def test_it_is_a_schema_of_the_draft_it_names():
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", GOOD)
def test_good_files_are_valid(text):
    VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize(("text", "said"), _KINDS_THAT_A_SCHEMA_SEES)
def test_an_editor_sees_what_check_says(tmp_path, text, said):
    path = tmp_path / "faulty.yaml"
    path.write_text(text)
    assert [str(fault).removeprefix(f"{path}:") for fault in check(path, environ={})] == [said]
    assert not VALIDATOR.is_valid(yaml.safe_load(text))


def test_every_key_is_described():
    def undescribed(schema, where):
        for name, child in schema.get("properties", {}).items():
            if not child.get("description", "").endswith("."):
                yield f"{where}.{name}"
            for part in (child, *child.get("anyOf", ())):
                yield from undescribed(part, f"{where}.{name}")
                for deeper in (part.get("items"), part.get("additionalProperties")):
                    if isinstance(deeper, dict):
                        yield from undescribed(deeper, f"{where}.{name}")

    assert list(undescribed(SCHEMA, "")) == []
