"""Faulty site files, each with what is said about it, and where."""

import textwrap
from pathlib import Path

import pytest

from ocs_sim import wire
from ocs_sim.site import Severity, SiteFileFaulty, check, load

HUB = """\
hub:
  wamp_server: ws://127.0.0.1:8001/ws
  wamp_realm: test_realm
  address_root: observatory
"""
OWN_KEY = "a key of your own begins with `x-`."


def hub(**changes):
    """Return a hub whose values are those of HUB (lines 2 to 4) but for the changes."""
    keys = {
        "wamp_server": "ws://127.0.0.1:8001/ws",
        "wamp_realm": "test_realm",
        "address_root": "observatory",
    }
    return "hub:\n" + "".join(f"  {key}: {value}\n" for key, value in {**keys, **changes}.items())


def site(**changes):
    """Return a file with a site section at lines 5 to 8."""
    keys = {"code": "mini", "latitude": "-30", "longitude": "-70", **changes}
    return HUB + "site:\n" + "".join(f"  {key}: {value}\n" for key, value in keys.items())


def agents(text):
    """Return a file with agents from line 8 on."""
    body = textwrap.indent(textwrap.dedent(text).strip("\n"), "      ")
    return f"{HUB}hosts:\n  localhost:\n    agent-instances:\n{body}\n"


def agent(keys):
    """Return a file with one agent; the keys begin at line 10, column 9."""
    body = textwrap.indent(textwrap.dedent(keys).strip("\n"), "  ")
    return agents(f"- instance-id: a\n  agent-class: A\n{body}")


def host(keys):
    """Return a file with a host; the keys begin at line 8, column 5."""
    return f"{HUB}hosts:\n  localhost:\n    agent-instances: []\n{textwrap.indent(keys, '    ')}\n"


SYNTAX = [
    ("", "1:1: error: The file is empty: `obsbow init DIR` writes one to start from."),
    ("# nothing\n", "1:1: error: The file is empty: `obsbow init DIR` writes one to start from."),
    ("- a\n", "1:1: error: The site file must be a mapping of `key: value` lines, not a list."),
    ("words\n", "1:1: error: The site file must be a mapping of `key: value` lines, not text."),
    ("hub:\n\ta: 1\n", "2:1: error: A tab indents this line: YAML takes only spaces; replace it."),
    ("hub:\n  a: 1\n\tb: 2\n", "3:1: error: A tab indents this line: YAML takes only spaces; replace it."),
    ("a: [1,\n", "2:1: error: A bracket is not closed: add the closing `]` or `}`."),
    (
        "hub:\n  a: {b: 1\nc: 2\n",
        "3:2: error: A mapping is not well closed: check its commas and its `}` "
        "(what it belongs to begins at line 2).",
    ),
    (
        "hub:\n  a: b: c\n",
        "2:7: error: No `:` can stand here: check the indentation and the line before, "
        "or put text with `: ` in quotes.",
    ),
    (
        "hub: 'x\nb: 1\n",
        "3:1: error: A quote is not closed: add the closing quote (what it belongs to begins at line 1).",
    ),
    (
        "hub:\n  a: 1\n c: 2\n",
        "3:2: error: The indentation does not fit the lines before: begin all keys of a mapping in one "
        "column (what it belongs to begins at line 1).",
    ),
    (
        "- a\nb: 1\n",
        "2:1: error: The indentation does not fit the lines before: begin all items of a list with `- ` "
        "in one column (what it belongs to begins at line 1).",
    ),
    ("a: %x\n", "1:4: error: No value can begin with this character: put the text in quotes."),
    ("a: *x\n", "1:4: error: A `*name` needs an earlier `&name`: define it, or put the text in quotes."),
    (
        "---\na: 1\n---\nb: 2\n",
        "3:1: error: The file holds a second document: remove the `---` and what does not belong "
        "(what it belongs to begins at line 2).",
    ),
    (b"hub:\n  a: \xff\n", "2:6: error: The byte 0xff is not UTF-8: save the file with the encoding UTF-8."),
    ("hub:\n  a: \x01\n", "2:6: error: The control character '\\x01' cannot stand in YAML: remove it."),
    (b"x" * 1_000_001, "1:1: error: The file is larger than 1 MB, so it is not a site file: give another."),
    ("[" * 9000, "1:65: error: Lists and mappings go more than 64 levels deep: flatten them."),
    ("- " * 90_000, "1:129: error: Lists and mappings go more than 64 levels deep: flatten them."),
]

YAML = [
    (HUB + "x-a: &a [*a]\n", "5:6: error: This contains itself through an alias: remove the alias."),
    (HUB + "x-a: !thing 1\n", "5:6: error: The YAML tag '!thing' has no meaning here: remove it."),
    (HUB + "x-a: !!int b\n", "5:6: error: 'b' cannot be read as a YAML int: put it in quotes."),
    (
        HUB + "x-a: 2024-02-31\n",
        "5:6: error: '2024-02-31' cannot be read as a YAML timestamp: put it in quotes.",
    ),
    (
        HUB + "? [a]\n: b\n",
        "5:3: error: A key cannot be a list or a mapping: write plain text before the `:`.",
    ),
    (HUB + "x-a:\n  <<: 3\n", "6:3: error: `<<` merges mappings only: give it an alias of a mapping."),
    (HUB + "x-a: {on: 1}\n", "5:7: error: YAML does not read the key 'on' as text: put it in quotes."),
    (HUB + "hub: {}\n", "5:1: error: The key 'hub' is already at line 1: keep one of them."),
    (
        HUB + "x-deep: " + "[" * 100 + "]" * 100,
        "5:73: error: Lists and mappings go more than 64 levels deep: flatten them.",
    ),
    (
        HUB
        + "x-0: &a0 [a]\n"
        + "".join(f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)),
        "1:1: error: The file unfolds to more than 50,000 values: use fewer aliases.",
    ),
]

VARIABLES = [
    (
        hub(wamp_realm="${REALM}"),
        "3:15: error: The environment variable REALM is not set: set it, or give a default: ${REALM:-value}.",
    ),
    (
        hub(wamp_realm="a${b c}"),
        "3:15: error: '${b c}' is not a variable: write ${NAME} or ${NAME:-default}, or $${ for a plain ${.",
    ),
    (hub(wamp_realm="${R:-realm1}"), None),
    (
        hub(wamp_realm="${R:-r}"),
        "3:15: error: wamp_realm 'r' is no realm the router takes: "
        "use a letter, then two or more letters, digits, '_', '-', '@' or '.'.",
    ),
]

REALM = "is no realm the router takes: use a letter, then two or more letters, digits, '_', '-', '@' or '.'."
ADDRESS = "cannot be a part of an address: use letters, digits, '_' and '-', no dot, at most 255 of them."
URL = "write it as ws://127.0.0.1:8001/ws."

HUBS = [
    ("x-a: 1\n", "1:1: error: The site file has no 'hub': add it."),
    ("hub:\n", "1:1: error: hub must be a mapping of `key: value` lines, not nothing."),
    ("hub: [a]\n", "1:6: error: hub must be a mapping of `key: value` lines, not a list."),
    (hub().replace("  wamp_realm: test_realm\n", ""), "2:3: error: hub has no 'wamp_realm': add it."),
    (hub(wamp_realm=""), "3:3: error: wamp_realm has no value: give it one."),
    (
        hub(wamp_realm="no"),
        "3:15: error: wamp_realm must be text, but YAML reads 'no' as a yes/no value: put it in quotes.",
    ),
    (hub(wamp_realm="[a]"), "3:15: error: wamp_realm must be text, not a list."),
    (hub(wamp_realm='"a\\nb"'), "3:15: error: wamp_realm 'a\\nb' holds a control character: remove it."),
    (hub(wamp_realm="r"), f"3:15: error: wamp_realm 'r' {REALM}"),
    (hub(wamp_realm="1realm"), f"3:15: error: wamp_realm '1realm' {REALM}"),
    (
        hub(address_root="obs.lab"),
        f"4:17: error: address_root 'obs.lab' {ADDRESS} Did you mean 'obs-lab'?",
    ),
    (hub(address_root="ö"), f"4:17: error: address_root 'ö' {ADDRESS}"),
    (
        hub(wamp_server="http://h:8001/ws"),
        f"2:16: error: wamp_server 'http://h:8001/ws' does not begin with ws:// or wss://: {URL}",
    ),
    (hub(wamp_server="ws:///ws"), f"2:16: error: wamp_server 'ws:///ws' names no host: {URL}"),
    (hub(wamp_server="'ws://a b/'"), f"2:16: error: wamp_server 'ws://a b/' has spaces: {URL}"),
    (hub(wamp_server="ws://h:0/ws"), f"2:16: error: wamp_server 'ws://h:0/ws' has port 0: {URL}"),
    (
        hub(wamp_server="ws://h:80010/ws"),
        f"2:16: error: wamp_server 'ws://h:80010/ws' is not a URL (port out of range 0-65535): {URL}",
    ),
    (
        hub(wamp_http="ws://h/call"),
        "5:14: error: wamp_http 'ws://h/call' does not begin with http:// or https://: "
        "write it as http://127.0.0.1:8001/call.",
    ),
    (
        hub(access_policy="open"),
        "5:18: error: access_policy 'open' is not a policy that agents here follow: write none or "
        "override:PASSWORD2,PASSWORD3.",
    ),
    (
        hub(access_policy="director:access-dir"),
        "5:18: error: access_policy 'director:access-dir' is not a policy that agents here follow: "
        "write none or override:PASSWORD2,PASSWORD3.",
    ),
]

KEYS = [
    (
        hub(acces_policy="none"),
        "5:3: error: hub has no key 'acces_policy', so it is ignored. Did you mean 'access_policy'?",
    ),
    (
        hub(fruit="1"),
        "5:3: error: hub has no key 'fruit', so it is ignored. It knows wamp_server, wamp_http, wamp_realm, "
        f"address_root, access_policy; {OWN_KEY}",
    ),
    (
        hub().replace("wamp_realm", "wamp-relm"),
        "3:3: error: hub has no key 'wamp-relm'. Did you mean 'wamp_realm'?",
    ),
    (
        f"{HUB}host: {{}}\n",
        "5:1: error: The site file has no key 'host', so it is ignored. Did you mean 'hosts'?",
    ),
    (
        host("Log_Dir: a"),
        "8:5: error: host 'localhost' has no key 'Log_Dir', so it is ignored. Did you mean 'log-dir'?",
    ),
    (
        host("crossbar_timeout: 1\ncrossbar-timeout: 2"),
        "9:5: error: host 'localhost' has both 'crossbar_timeout' and 'crossbar-timeout': keep one of them.",
    ),
    (
        hub(registry_address="observatory.registry"),
        "5:3: warning: hub: 'registry_address' is no longer used: remove it.",
    ),
]

HOSTS = [
    (f"{HUB}hosts: []\n", "5:8: error: hosts must be a mapping of `name: value` lines, not a list."),
    (f"{HUB}hosts:\n  a:\n", "6:3: error: host 'a' must be a mapping of `key: value` lines, not nothing."),
    (f"{HUB}hosts:\n  a: {{log-dir: x}}\n", "6:6: error: host 'a' has no 'agent-instances': add it."),
    (
        f"{HUB}hosts:\n  a:\n    agent-instance: []\n",
        "7:5: error: host 'a' has no key 'agent-instance'. Did you mean 'agent-instances'?",
    ),
    (
        f"{HUB}hosts: {{a: {{agent-instances: {{}}}}}}\n",
        "5:30: error: agent-instances must be a list, not a mapping: begin each item with `- `.",
    ),
    (
        agents("- fake"),
        "8:9: error: An agent of agent-instances must be a mapping of `key: value` lines, not text.",
    ),
    (
        host("log-dir: 2024"),
        "8:14: error: log-dir must be text, but YAML reads '2024' as a number: put it in quotes.",
    ),
    (host("log-dir: ''"), "8:14: error: log-dir '' is empty: give a path, or remove the key."),
    (
        host("crossbar: yes"),
        "8:15: error: crossbar must be a mapping of `key: value` lines, not a yes/no value.",
    ),
    (host("crossbar: {tcp-port: 70000}"), "8:26: error: tcp-port 70000 is not a port from 1 to 65535."),
    (host("crossbar: {tcp-port: 8001.5}"), "8:26: error: tcp-port 8001.5 is not a port from 1 to 65535."),
    (
        host("crossbar: {tcp-port: [1]}"),
        "8:26: error: tcp-port must be a port from 1 to 65535, not a list.",
    ),
    (
        host("crossbar_timeout: .inf"),
        "8:23: error: crossbar_timeout .inf is not a number of seconds, 0 or more.",
    ),
    (
        host("env: {1A: b}"),
        "8:11: error: The environment variable '1A' cannot name one: use letters, digits and '_', "
        "no digit first.",
    ),
    (
        host("env: {DEBUG: yes}"),
        "8:18: error: environment variable 'DEBUG' must be text, but YAML reads 'yes' as a yes/no value: "
        "put it in quotes.",
    ),
    (host("env: {A: }"), "8:11: error: environment variable 'A' has no value: give it one."),
]

AGENTS = [
    (agents("- agent-class: A"), "8:9: error: An agent of agent-instances has no 'instance-id': add it."),
    (
        agents("- {instance-id: yes, agent-class: A}"),
        "8:23: error: instance-id must be text, but YAML reads 'yes' as a yes/no value: put it in quotes.",
    ),
    (
        agents("- {instance-id: a.b, agent-class: A}"),
        f"8:23: error: instance-id 'a.b' {ADDRESS} Did you mean 'a-b'?",
    ),
    (agents("- {instance-id: a, agent-class: ''}"), "8:39: error: agent-class '' is empty: name a class."),
    (
        agents("- {instance-id: a, agent-class: A}\n- {instance-id: a, agent-class: B}"),
        "9:23: error: The instance-id 'a' is already at line 8: give each agent its own.",
    ),
    (
        f"{HUB}hosts:\n"
        "  h: {agent-instances: [{instance-id: a, agent-class: A}]}\n"
        "  i: {agent-instances: [{instance-id: a, agent-class: A}]}\n",
        "7:39: warning: The instance-id 'a' is also on host 'h', at line 6: run only one of them.",
    ),
    (
        agent("manage: hots/up"),
        "10:17: error: manage 'hots/up' is not one of ignore, host/up, host/down, docker/up, docker/down. "
        "Did you mean 'host/up'?",
    ),
    (
        agent("manage: yes"),
        "10:17: warning: manage: YAML reads a bare yes as a yes/no value, which OCS does not understand; "
        "it is taken as 'host/up' here: write that instead.",
    ),
    (
        agent("manage: no"),
        "10:17: warning: manage: YAML reads a bare no as a yes/no value, which OCS does not understand; "
        "it is taken as 'ignore' here: write that instead.",
    ),
    (
        agent("arguments: --mode acq"),
        "10:20: error: arguments must be a mapping of options or a list of words, not one text: "
        "write [--mode, acq].",
    ),
    (
        agent("arguments:\n  a:\n    b: 1"),
        "12:13: error: The option 'a' takes a value or a list of values, not a mapping of them.",
    ),
    (
        agent("arguments:\n  a: [[b]]"),
        "11:14: error: The option 'a' takes a value or a list of values, not a list of them.",
    ),
    (
        agent("arguments: {2a: b}"),
        "10:21: error: '2a' cannot be an option: begin it with a letter, as in `num-channels: 4`.",
    ),
    (
        agent("arguments: [--serial, 0012]"),
        "10:31: warning: YAML reads '0012' as a number, so the agent gets '10': "
        "put quotes to pass it as written.",
    ),
    (
        agents(
            "- {instance-id: data1, agent-class: A}\n- {instance-id: b, agent-class: A, depends-on: [date1]}"
        ),
        "9:55: error: 'b' depends on 'date1', which is no agent of this site. Did you mean 'data1'?",
    ),
    (
        agent("depends-on: a"),
        "10:21: error: 'a' waits for itself (a -> a): remove one of these from a depends-on.",
    ),
    (
        agents("""
            - {instance-id: x, agent-class: A, depends-on: [a]}
            - {instance-id: a, agent-class: A, depends-on: [b]}
            - {instance-id: b, agent-class: A, depends-on: [c]}
            - {instance-id: c, agent-class: A, depends-on: [a]}
        """),
        "9:54: error: 'a' waits for itself (a -> b -> c -> a): remove one of these from a depends-on.",
    ),
    (
        agents("- {instance-id: a, agent-class: HostMaster}\n- {instance-id: b, agent-class: HostManager}"),
        "9:39: error: The host already has a HostMaster, at line 8: two would start every agent twice; "
        "keep one.",
    ),
    (
        agents("""
            - {instance-id: a, agent-class: A, process-group: g, env: {X: '1'}}
            - {instance-id: b, agent-class: A, process-group: g}
        """),
        "9:57: error: One process has one environment, but the env of this agent of group 'g' is not that of "
        "the agent at line 8: make them equal, or give it another group.",
    ),
    (
        agents("- {instance-id: a, agent-class: A, process-group: g, manage: docker}"),
        "8:57: error: An agent in docker has a process of its own: remove its process-group.",
    ),
    (
        agents("- {instance-id: a, agent-class: HostMaster, process-group: g}"),
        "8:66: error: HostMaster starts the other processes and cannot share one: remove its process-group.",
    ),
]

LATITUDE = "a latitude in degrees from -90 to 90, north positive"
LONGITUDE = "a longitude in degrees from -180 to 180, east positive"

IDENTITY = [
    (site(latitude="95"), f"7:13: error: latitude 95 is not {LATITUDE}."),
    (site(latitude=".nan"), f"7:13: error: latitude .nan is not {LATITUDE}."),
    (
        site(latitude="-30:10:21"),
        f"7:13: error: latitude '-30:10:21' is not {LATITUDE}. Did you mean '-30.1725'?",
    ),
    (
        site(latitude="1e1"),
        f"7:13: error: latitude must be {LATITUDE}, but YAML reads '1e1' as text. Did you mean '10'?",
    ),
    (
        site(longitude="west"),
        f"8:14: error: longitude must be {LONGITUDE}, but YAML reads 'west' as text.",
    ),
    (
        site(longitude="yes"),
        f"8:14: error: longitude must be {LONGITUDE}, but YAML reads 'yes' as a yes/no value.",
    ),
    (site(longitude="289.2"), f"8:14: error: longitude 289.2 is not {LONGITUDE}."),
    (
        site(elevation=".inf"),
        "9:14: error: elevation .inf is not an elevation in metres from -1000 to 20000.",
    ),
    (
        site(timezone="America/Santigo"),
        "9:13: error: timezone 'America/Santigo' is not a time zone: write one as America/Santiago, or UTC. "
        "Did you mean 'America/Santiago'?",
    ),
    (
        site(timezone="Mars/Olympus"),
        "9:13: error: timezone 'Mars/Olympus' is not a time zone: write one as America/Santiago, or UTC.",
    ),
    (
        site(code="a b"),
        "6:9: error: code 'a b' cannot be a code: use letters, digits, '_' and '-'. Did you mean 'a-b'?",
    ),
    (
        site() + agent("site: mine").removeprefix(HUB),
        "14:15: error: There is no observatory 'mine' in this file. Did you mean 'mini'?",
    ),
    (site().replace("  code: mini\n", ""), "6:3: error: site has no 'code': add it."),
]


def sites(text, more=""):
    """Return a file with sites from line 9 on, on a host whose agents are at line 7."""
    body = textwrap.indent(textwrap.dedent(text).strip("\n"), "  ")
    return f"{HUB}hosts:\n  localhost:\n    agent-instances: []\nsites:\n{body}\n{more}"


PLACE = "lat: -30, lng: -70"

SITES = [
    (
        sites("gmt: {lat: 334.34, lng: 0}"),
        f"9:14: error: lat 334.34 is not {LATITUDE}.",
    ),
    (sites("gmt: {lng: 0}"), "9:8: error: site 'gmt' has no 'lat': add it."),
    (
        sites("a.b: {lat: 0, lng: 0}"),
        "9:3: error: The site 'a.b' cannot be a code: use letters, digits, '_' and '-'. Did you mean 'a-b'?",
    ),
    (
        sites(f"one: {{{PLACE}}}\nONE: {{{PLACE}}}"),
        "10:3: error: The code 'ONE' is already at line 9, but for capitals, as 'one': "
        "give each site its own.",
    ),
    (
        sites(f"observatory1: {{{PLACE}}}\nobservatory2: {{{PLACE}}}").replace("observatory1", "observ"),
        "10:3: error: Names of images say 'observ' for 'observatory2', as for 'observ' at line 9: "
        "let their codes differ in the first six letters or digits.",
    ),
    (
        sites(f"observatory: {{{PLACE}}}"),
        "9:3: warning: 'observatory' has not 3 to 6 letters, digits and '_', as names of images have: "
        "they say 'observ'.",
    ),
    (
        sites(f"gmt: {{{PLACE}, template: smal}}"),
        "9:39: error: There is no template 'smal': write one of simulated, small, or the path of a .yaml "
        "file. Did you mean 'small'?",
    ),
    (
        sites(f"gmt: {{{PLACE}, template: none-such.yaml}}"),
        "9:39: error: Template 'none-such.yaml', line 1: The file cannot be read: No such file or directory.",
    ),
    (
        sites(f"gmt: {{{PLACE}, devices: [mount, dom]}}"),
        "9:46: error: The template of 'gmt' has no 'dom'. It has mount, camera, dome, weather. "
        "Did you mean 'dome'?",
    ),
    (
        sites(f"gmt: {{{PLACE}, devices: mount}}"),
        "9:38: error: devices must be a list of names, or a mapping of names to arguments, not text.",
    ),
    (
        sites(f"gmt: {{{PLACE}, agents: [mount]}}"),
        "9:37: error: agents must be a mapping of names to arguments, not a list.",
    ),
    (
        sites(f"gmt: {{{PLACE}, agents: {{world: 3}}}}"),
        "9:45: error: agents: 'world' takes a mapping of its options, yes or no, not a number.",
    ),
    (
        sites(f"gmt: {{{PLACE}, agents: {{world: {{seed: {{a: 1}}}}}}}}"),
        "9:52: error: The option 'seed' takes a value or a list of values, not a mapping of them.",
    ),
    (
        sites(f"gmt: {{{PLACE}, host: lab}}"),
        "9:35: error: There is no host 'lab' in this file.",
    ),
    (
        f"{HUB}sites: {{gmt: {{{PLACE}}}}}\n",
        "5:9: error: There is no host to run 'gmt' on: add one to hosts.",
    ),
    (
        sites(f"gmt: {{{PLACE}, processes: all}}"),
        "9:40: error: processes 'all' is neither together nor separate.",
    ),
    (
        sites(f"gmt: {{{PLACE}}}\nlco: {{{PLACE}, alpaca-port: 11200}}"),
        "10:3: error: 'lco-world' would have port 11200, as 'gmt-world', line 9: change one.",
    ),
    (
        sites(f"gmt: {{{PLACE}}}\nlco: {{{PLACE}}}", "alpaca-ports: 65535\n"),
        "10:3: error: 'lco-world' would have port 65536: give a lower alpaca-ports.",
    ),
    (
        sites(f"gmt: {{{PLACE}}}", "alpaca-ports: 8001\n").replace(
            "instances: []", "instances: []\n    crossbar: {}"
        ),
        "10:3: error: 'gmt-world' would have port 8001, as the router, line 2: change one.",
    ),
]

STORES = [
    (f"{HUB}stores: here\n", "5:9: error: stores must be a mapping of `key: value` lines, not text."),
    (
        f"{HUB}stores: {{directory: ''}}\n",
        "5:21: error: directory '' is empty: give a path, or remove the key.",
    ),
    (
        f"{HUB}stores: {{queue: us-east-1}}\n",
        "5:17: error: queue 'us-east-1' is no address of such a store: write it as sqs://us-east-1?suffix=-mine.",
    ),
    (
        f"{HUB}stores: {{documents: 's3://bucket'}}\n",
        "5:21: error: documents 's3://bucket' is no address of such a store: "
        "write it as dynamodb://us-east-1?suffix=-mine.",
    ),
    (
        f"{HUB}stores: {{objects: bucket}}\n",
        "5:19: error: objects 'bucket' is no address of such a store: "
        "write it as s3://bucket/prefix?region=us-east-1.",
    ),
    (
        f"{HUB}stores: {{queue: 'sqs://nowhere?prefx=a'}}\n",
        "5:17: error: queue 'sqs://nowhere?prefx=a' cannot be used: there is no option 'prefx'; "
        "'nowhere' is no region's name, as us-east-1 is.",
    ),
    (
        f"{HUB}stores: {{objects: 's3://Bucket'}}\n",
        "5:19: error: objects 's3://Bucket' cannot be used: 'Bucket' is no bucket's name "
        "(3 to 63 lower-case letters, digits and '-').",
    ),
    (
        f"{HUB}stores: {{images: images.sqlite}}\n",
        "5:18: error: images 'images.sqlite' is no address of such a store: "
        "write it as postgresql+psycopg://user@host/database.",
    ),
    (
        f"{HUB}stores: {{link-base: /objects}}\n",
        "5:21: error: link-base '/objects' does not begin with http:// or https://: "
        "write it as http://127.0.0.1:8010/objects.",
    ),
    (
        f"{HUB}job-actions: {{camera/expose: shoot}}\n",
        "5:30: error: job action 'camera/expose' must be a mapping of `key: value` lines, not text.",
    ),
    (
        f"{HUB}job-actions: {{expose: {{}}}}\n",
        "5:15: error: The job action 'expose' is no action of a device: write it as camera/expose.",
    ),
]


@pytest.mark.parametrize(
    ("content", "said"),
    [*SYNTAX, *YAML, *VARIABLES, *HUBS, *KEYS, *HOSTS, *AGENTS, *IDENTITY, *SITES, *STORES],
)
def test_what_is_said_of_a_faulty_file(tmp_path, content, said):
    path = tmp_path / "faulty.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = [str(fault).removeprefix(f"{path}:") for fault in check(path, environ={})]
    assert found == ([said] if said else [])


def test_every_fault_is_found_at_once_in_the_order_of_the_lines(tmp_path):
    path = tmp_path / "faulty.yaml"
    path.write_text(
        hub(wamp_realm="r", fruit="1")
        + site(latitude="95", timezone="Mars").removeprefix(HUB)
        + agents("- {instance-id: a.b}\n- {instance-id: c, agent-class: C, manage: no}").removeprefix(HUB)
    )
    assert [(fault.line, fault.severity.value) for fault in check(path, environ={})] == [
        (3, "error"),
        (5, "tolerated"),
        (8, "error"),
        (10, "error"),
        (14, "error"),
        (14, "error"),
        (15, "warning"),
    ]


def test_load_refuses_errors_and_lists_every_fault(tmp_path):
    path = tmp_path / "faulty.yaml"
    path.write_text(hub(wamp_realm="r", fruit="1"))
    with pytest.raises(SiteFileFaulty) as caught:
        load(path, environ={})
    found = check(path, environ={})
    assert len(found) == 2
    assert str(caught.value).splitlines() == [f"The site file {path} cannot be used:", *map(str, found)]


def test_load_ignores_unknown_keys_and_remembers_what_check_would_say(tmp_path):
    path = tmp_path / "tolerable.yaml"
    path.write_text(hub(fruit="1", registry_address="x"))
    site = load(path, environ={})
    assert [fault.severity for fault in site.warnings] == [Severity.TOLERATED, Severity.WARNING]
    assert site.warnings == tuple(check(path, environ={}))


def test_keys_of_ones_own_are_no_fault(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(hub(**{"x-note": "[1]"}) + "x-shared: {a: 1}\n" + host("x-b: 1").removeprefix(HUB))
    assert check(path, environ={}) == []


def test_a_fault_inside_what_is_shared_by_an_alias_counts_once(tmp_path):
    path = tmp_path / "alias.yaml"
    path.write_text(f"{HUB}hosts:\n  a: &a {{agent-instances: [], log-dir: 1}}\n  b: *a\n")
    assert [fault.line for fault in check(path, environ={})] == [6]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "Is a directory"), ("absent.yaml", "No such file or directory"), ("\0", "embedded null byte")],
)
def test_a_file_that_cannot_be_read(tmp_path, name, reason):
    path = tmp_path / name
    with pytest.raises(SiteFileFaulty) as caught:
        load(path)
    assert str(caught.value).splitlines()[1] == f"{path}:1:1: error: The file cannot be read: {reason}."


def test_a_file_that_never_ends_is_not_read_to_its_end():
    (fault,) = check(Path("/dev/zero"))
    assert "larger than 1 MB" in fault.message


@pytest.mark.parametrize(
    "name", ["a", "a-b_C9", "_", "9", "-a", "a.b", "a b", "ö", "x" * 255, "x" * 256, "a/b"]
)
def test_ids_follow_the_rule_of_the_wire(tmp_path, name):
    path = tmp_path / "names.yaml"
    path.write_text(agents(f"- {{instance-id: '{name}', agent-class: A}}"))
    try:
        wire.check_name(name, "instance")
    except wire.BadName:
        assert check(path, environ={})
    else:
        assert check(path, environ={}) == []
