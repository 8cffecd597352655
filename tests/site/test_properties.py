"""Whatever a file holds, it loads or its faults are named; and what is sound comes through unchanged."""

import os
import re
import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.site import Manage, Severity, SiteFileFaulty, check, load

KEYS = st.sampled_from(
    [
        "hub",
        "hosts",
        "site",
        "wamp_server",
        "wamp_realm",
        "address_root",
        "wamp_http",
        "access_policy",
        "localhost",
        "agent-instances",
        "crossbar",
        "config-dir",
        "bin",
        "tcp-port",
        "log-dir",
        "agent-paths",
        "env",
        "instance-id",
        "agent-class",
        "manage",
        "arguments",
        "depends-on",
        "process-group",
        "code",
        "latitude",
        "longitude",
        "elevation",
        "timezone",
        "x-own",
        "<<",
        "crossbar_timeout",
    ]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes(), st.binary(),
    st.sampled_from(
        ["ws://h:1/ws", "realm1", "lab", "${HOME}", "${X:-1}", "${", "a", "HostMaster", "up", "10:30", "UTC"]
    ),
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(KEYS, st.text(max_size=5), st.integers(), st.booleans()), inner, max_size=5
        ),
    ),
    max_leaves=25,
)
NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,12}", fullmatch=True)
PRINTABLE = st.text(
    st.characters(min_codepoint=32, exclude_characters="\x7f$", exclude_categories=["C", "Zl", "Zp"])
)
WORDS = st.one_of(PRINTABLE, st.integers(), st.booleans())
ENVIRON = {"HOME": "/home/me"}


def outcome(content):
    """Load and check a file of some bytes, and see that both agree; returns the site or None."""
    handle, name = tempfile.mkstemp(suffix=".yaml")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        faults = check(path, environ=ENVIRON)
        check(path, {}, environ=ENVIRON)
        site, refusal = attempt(path)
    finally:
        path.unlink()
    refused = any(fault.severity is Severity.ERROR for fault in faults)
    assert refused == (site is None)
    assert tuple(faults) == (refusal.facts["faults"] if refusal else site.warnings)
    last_line = 2 + len(re.findall("[\r\n\x85\u2028\u2029]", content.decode("utf-8", "replace")))
    for fault in faults:
        assert 1 <= fault.line <= last_line
        assert fault.column >= 1
        assert fault.message.strip()
    return site


def attempt(path):
    """Load a file; returns the site and nothing, or nothing and why."""
    try:
        return load(path, environ=ENVIRON), None
    except SiteFileFaulty as refusal:
        return None, refusal


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(content):
    outcome(content)


@settings(deadline=None)
@given(st.text(st.sampled_from("hub: \n-[]{}&*!|>'\"%@`#,?<$ab1\t.~\r\x85\u2028é"), max_size=80))
def test_any_text(content):
    outcome(content.encode())


@settings(deadline=None)
@given(TREES)
def test_any_structure(tree):
    outcome(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))


@settings(deadline=None)
@given(TREES, st.sampled_from(["hub", "hosts", "site"]))
def test_any_structure_in_a_place_where_it_matters(tree, section):
    good = {
        "hub": {"wamp_server": "ws://h/ws", "wamp_realm": "realm1", "address_root": "lab"},
        "hosts": {
            "h": {
                "agent-instances": [{"instance-id": "a", "agent-class": "A", "arguments": tree, "env": tree}]
            }
        },
        "site": {"code": "x", "latitude": 1, "longitude": tree, "timezone": tree},
    }
    outcome(yaml.safe_dump({**good, section: tree}).encode())
    outcome(yaml.safe_dump({**good, section: {**good[section], "h": tree}}).encode())
    outcome(yaml.safe_dump(good).encode())


@st.composite
def agents(draw):
    """Draw agents that depend only on earlier ones."""
    ids = draw(st.lists(NAMES, unique=True, max_size=5))
    drawn = []
    for position, name in enumerate(ids):
        needs = draw(st.lists(st.sampled_from(ids[:position]), unique=True)) if position else []
        drawn.append(
            {
                "instance-id": name,
                "agent-class": draw(NAMES),
                "manage": draw(st.sampled_from(Manage)).value,
                "arguments": draw(st.lists(st.one_of(WORDS, st.lists(WORDS, max_size=3)), max_size=4)),
                "depends-on": needs,
                "env": draw(
                    st.dictionaries(st.from_regex(r"[A-Z_]{1,5}", fullmatch=True), PRINTABLE, max_size=2)
                ),
            }
        )
    return drawn


def flat(arguments):
    """Return the words as OCS makes them."""
    words = []
    for argument in arguments:
        words += flat(argument) if isinstance(argument, list) else [str(argument)]
    return words


@settings(deadline=None)
@given(agents(), st.booleans(), st.sampled_from(["realm1", "a_b-c@d.e"]), NAMES, st.integers(1, 65535))
def test_a_sound_site_comes_through_unchanged(drawn, flow, realm, root, port):
    text = yaml.safe_dump(
        {
            "hub": {"wamp_server": f"ws://h:{port}/ws", "wamp_realm": realm, "address_root": root},
            "hosts": {"h": {"agent-instances": drawn}},
        },
        default_flow_style=flow,
        allow_unicode=True,
    )
    site = outcome(text.encode())
    assert (site.hub.wamp_realm, site.hub.address_root, site.hub.server_port) == (realm, root, port)
    for wanted, instance in zip(drawn, site.host("h").instances, strict=True):
        assert instance.instance_id == wanted["instance-id"]
        assert instance.agent_class == wanted["agent-class"]
        assert instance.manage.value == wanted["manage"]
        assert list(instance.arguments) == flat(wanted["arguments"])
        assert list(instance.depends_on) == wanted["depends-on"]
        assert dict(instance.environment) == wanted["env"]
