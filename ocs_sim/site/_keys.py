"""Every key of a site file, declared once for the reader, the JSON Schema and the reference."""

from __future__ import annotations

import re
from collections.abc import Callable

from ocs_sim.site._arguments import Arguments
from ocs_sim.site._free import Free
from ocs_sim.site._kinds import Managed, Number, Text, Timezone, Url
from ocs_sim.site._sections import Key, ListOf, MapOf, Placed, Section
from ocs_sim.site._site_keys import CODE, ELEVATION, LATITUDE, LONGITUDE, PORT, SITE
from ocs_sim.stores import BadStoreAddress
from ocs_sim.stores._aws_address import parse_object_address, parse_queue_address, parse_table_address

# The rule of ocs_sim.wire.check_name, of which this package must know nothing.
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,254}"
_NAME_ADVICE = (
    "cannot be a part of an address: use letters, digits, '_' and '-', no dot, at most 255 of them."
)


_ACTION = r"[^/\s]+/[^/\s]+"
_ACTION_ADVICE = "is no action of a device: write it as camera/expose."


def _store_at(pattern: str, advice: str, parse: Callable[[str], object] | None = None) -> Text:
    def fault(address: str) -> str | None:
        try:
            if parse is not None:
                parse(address)
        except BadStoreAddress as refused:
            return f"cannot be used: {refused.facts['fault']}."
        return None

    return Text(pattern, f"is no address of such a store: {advice}", fault=fault)


def _mend_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")


_ADDRESS_PART = Text(_NAME, _NAME_ADVICE, _mend_name)
_REALM = Text(
    r"[A-Za-z][A-Za-z0-9_@.-]{2,254}",
    "is no realm the router takes: use a letter, then two or more letters, digits, '_', '-', '@' or '.'.",
)
_SERVER = Url(("ws", "wss"), "ws://127.0.0.1:8001/ws")
_HTTP = Url(("http", "https"), "http://127.0.0.1:8001/call")
_FOLDER = Text(".+", "is empty: give a path, or remove the key.")
_POLICY = Text(
    r"|none|override:.+",
    "is not a policy that agents here follow: write none or override:PASSWORD2,PASSWORD3.",
    not_yet="director:[A-Za-z0-9_-]*",
)
_ENVIRONMENT = MapOf(
    Text(numbers=True),
    "environment variable",
    Text(
        r"[A-Za-z_][A-Za-z0-9_]*",
        "cannot name one: use letters, digits and '_', no digit first.",
        lambda name: re.sub(r"[^A-Za-z0-9_]", "_", name),
    ),
)


HUB = Section(
    "hub",
    (
        Key(
            "wamp_server", _SERVER, "The router's websocket.", required=True, example="ws://127.0.0.1:8001/ws"
        ),
        Key(
            "wamp_http",
            _HTTP,
            "The router's HTTP bridge, for clients that only call. Without it: the host and port of "
            "`wamp_server`, with the path `/call`.",
            example="http://127.0.0.1:8001/call",
        ),
        Key(
            "wamp_realm",
            _REALM,
            "The realm on the router: who is in another hears nothing of this.",
            required=True,
            example="observatory_realm",
        ),
        Key(
            "address_root",
            _ADDRESS_PART,
            "What every address on the bus begins with; no dot.",
            required=True,
            example="observatory",
        ),
        Key(
            "access_policy",
            _POLICY,
            "Who may start what, unless an agent says otherwise: `none` or `override:PASSWORD2,PASSWORD3`. "
            "OCS's `director:INSTANCE-ID` is read, but our agents refuse to start with it.",
            default="none",
            example="none",
        ),
        Key("registry_address", Text(), "An old key of OCS. Nothing reads it.", obsolete=True),
    ),
)

CROSSBAR = Section(
    "crossbar",
    (
        Key(
            "config-dir",
            _FOLDER,
            "Where the router's `config.json` and its unix socket are. Without it: `dot_crossbar` in the "
            "observatory's home.",
            example="../dot_crossbar",
        ),
        Key(
            "bin",
            _FOLDER,
            "The crossbar program: a path, or a command on `PATH`. Without it: `$OBSBOW_CROSSBAR`, "
            "`crossbar` on `PATH`, or the one that `obsbow router install` made.",
            example="/opt/crossbar/bin/crossbar",
        ),
        Key(
            "tcp-port",
            PORT,
            "Also listen for raw sockets on this TCP port, for agents on other hosts.",
            ours=True,
            example=8002,
        ),
    ),
)

INSTANCE = Section(
    "agent instance",
    (
        Key(
            "instance-id",
            _ADDRESS_PART,
            "The agent's name on the bus; no two agents share one.",
            required=True,
            example="data1",
        ),
        Key(
            "agent-class",
            Text(".+", "is empty: name a class."),
            "Which agent it is: a class that is installed, or one in a file of `agent-paths`. `HostManager` "
            "means `HostMaster`.",
            required=True,
            example="FakeDataAgent",
        ),
        Key(
            "manage",
            Managed(),
            "What HostMaster does with it at start: `host/up` (or `host`, `up`, `yes`), "
            "`host/down` (or `down`), `docker/up` (or `docker`), `docker/down`, `ignore` (or `no`).",
            default="host/up",
            example="host/down",
        ),
        Key(
            "arguments",
            Arguments(),
            "The agent's options: a mapping (`num-channels: 4`; `true` sets a flag, `false` clears it), "
            "or words in a list or in lists in a list, as OCS has them.",
            example={"mode": "acq", "num-channels": 4},
        ),
        Key(
            "depends-on",
            ListOf(Placed(_ADDRESS_PART), "depends-on", or_one=True),
            "Agents that must answer before this one starts: an instance-id or a list of them.",
            ours=True,
            example=["registry"],
        ),
        Key(
            "process-group",
            Text(_NAME, "cannot name a group: use letters, digits, '_' and '-'.", _mend_name),
            "Agents of a host with the same group run in one process, which saves memory.",
            ours=True,
            example="small",
        ),
        Key(
            "site",
            Placed(CODE),
            "The code of the observatory that the agent belongs to. Without it: that of `site`.",
            ours=True,
            example="mini",
        ),
        Key(
            "env",
            _ENVIRONMENT,
            "Environment variables of this agent, over those of its host.",
            ours=True,
            example={"LOGLEVEL": "debug"},
        ),
    ),
)

HOST = Section(
    "host",
    (
        Key(
            "agent-instances",
            ListOf(INSTANCE, "An agent of agent-instances"),
            "The agents of the host.",
            required=True,
            may_be_empty=True,
        ),
        Key(
            "crossbar",
            CROSSBAR,
            "The router runs on this host, with these settings; `{}` takes the defaults. Without the "
            "key, or with `null`, it does not.",
            example={"config-dir": "../dot_crossbar"},
        ),
        Key(
            "log-dir",
            _FOLDER,
            "Where agents write their logs. Without it: `logs` in the observatory's home.",
            example="../logs",
        ),
        Key(
            "agent-paths",
            ListOf(Placed(_FOLDER), "agent-paths", or_one=True),
            "Python files, or folders of them, with agents.",
            example=["../agents"],
        ),
        Key(
            "crossbar_timeout",
            Number(0, 86400 * 365, "a number of seconds, 0 or more"),
            "Seconds after which OCS's own agents give up on a lost router. Ours never do.",
            default=10,
            aliases=("crossbar-timeout",),
            example=30,
        ),
        Key(
            "wamp_server",
            _SERVER,
            "The router's websocket as seen from this host, instead of the hub's.",
            example="ws://10.0.0.5:8001/ws",
        ),
        Key(
            "wamp_http",
            _HTTP,
            "The HTTP bridge as seen from this host, instead of the hub's.",
            example="http://10.0.0.5:8001/call",
        ),
        Key("wamp_realm", _REALM, "The realm of this host, instead of the hub's.", example="lab_realm"),
        Key(
            "env",
            _ENVIRONMENT,
            "Environment variables of every agent of the host.",
            ours=True,
            example={"TZ": "UTC"},
        ),
    ),
)

IDENTITY = Section(
    "site",
    (
        Key(
            "code",
            CODE,
            "A short name that is unique in a network of observatories.",
            required=True,
            example="mini",
        ),
        Key("name", Text(), "The full name. Without it: the code.", example="The mini observatory"),
        Key(
            "latitude",
            LATITUDE,
            "Degrees, north positive.",
            required=True,
            example=-30.1725,
        ),
        Key(
            "longitude",
            LONGITUDE,
            "Degrees, east positive.",
            required=True,
            example=-70.7987,
        ),
        Key(
            "elevation",
            ELEVATION,
            "Metres above sea level.",
            default=0,
            example=2200,
        ),
        Key(
            "timezone",
            Timezone(),
            "The zone of the local clock, as `America/Santiago`.",
            default="UTC",
            example="America/Santiago",
        ),
    ),
)

STORES = Section(
    "stores",
    (
        Key(
            "directory",
            _FOLDER,
            "Where what is kept here is kept: queues, documents, objects and the image database. Without it: "
            "`data/stores` in the observatory's home.",
            example="../data/stores",
        ),
        Key(
            "queue",
            _store_at("sqs://[^/?]+.*", "write it as sqs://us-east-1?suffix=-mine.", parse_queue_address),
            "Queues of commands in SQS instead: the region, and what their names begin and end with.",
            example="sqs://us-east-1?suffix=-mine",
        ),
        Key(
            "documents",
            _store_at(
                "dynamodb://[^/?]+.*", "write it as dynamodb://us-east-1?suffix=-mine.", parse_table_address
            ),
            "Tables of documents in DynamoDB instead: the region, and what their names begin and end with.",
            example="dynamodb://us-east-1?suffix=-mine",
        ),
        Key(
            "objects",
            _store_at(
                "s3://[^/?]+.*", "write it as s3://bucket/prefix?region=us-east-1.", parse_object_address
            ),
            "Images and other objects in an S3 bucket instead.",
            example="s3://my-observatory/images?region=us-east-1",
        ),
        Key(
            "images",
            _store_at(r"[a-z][a-z0-9_+]*://.*", "write it as postgresql+psycopg://user@host/database."),
            "The image database by an SQLAlchemy URL, as one of PostgreSQL, instead of a file.",
            example="postgresql+psycopg://observer@10.0.0.5/images",
        ),
        Key(
            "link-base",
            Url(("http", "https"), "http://127.0.0.1:8010/objects"),
            "Where objects that are kept here are served; signed links begin with it.",
            default="http://127.0.0.1:8010/objects",
            example="https://observatory.example.org/objects",
        ),
    ),
)

ROOT = Section(
    "site file",
    (
        Key("hub", HUB, "Where the router is, and what addresses on it begin with.", required=True),
        Key(
            "hosts",
            MapOf(HOST, "host", Text(".+", "is empty: name the host.")),
            "The computers and their agents: a host name, a name to give with `--site-host`, or "
            "`localhost`, which stands for any computer that is not named.",
        ),
        Key("site", IDENTITY, "Which observatory this is, and where on Earth.", ours=True),
        Key(
            "sites",
            MapOf(SITE, "site", CODE),
            "Several observatories, by their codes: each becomes agents `CODE-mount`, `CODE-camera` ... of a "
            "template.",
            aliases=("Sites",),
            ours=True,
        ),
        Key(
            "alpaca-ports",
            PORT,
            "The port of the first site's simulated devices; each further site has the next one.",
            default=11200,
            ours=True,
            example=12000,
        ),
        Key("stores", STORES, "Where commands, states, jobs and images are kept.", ours=True),
        Key(
            "job-actions",
            MapOf(Free(), "job action", Text(_ACTION, _ACTION_ADVICE)),
            "What jobs do, where it is not the usual: `device/action` and what it becomes, as "
            "[the table of actions](job-actions.md) has it.",
            ours=True,
            example={"filter_wheel/home": {"refusal": "Our wheel has no home."}},
        ),
    ),
)
