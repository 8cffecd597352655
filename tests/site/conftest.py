"""Site files that tests write."""

import textwrap

import pytest

from ocs_sim.site import load

HUB = """\
hub:
  wamp_server: ws://127.0.0.1:8001/ws
  wamp_realm: test_realm
  address_root: observatory
"""


@pytest.fixture
def write(tmp_path):
    """Write a site file; returns its path."""

    def write_site_file(text, name="site_config/default.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return write_site_file


@pytest.fixture
def site_of(write):
    """Load a site with the agents, or the rest of a host, that a test gives."""

    def load_site(*, agents="[]", host="", site="", environ=None):
        body = textwrap.indent(textwrap.dedent(agents).strip(), " " * 6)
        more = textwrap.indent(textwrap.dedent(host).strip(), " " * 4)
        text = f"{HUB}{textwrap.dedent(site)}hosts:\n  localhost:\n    agent-instances:\n{body}\n{more}\n"
        return load(write(text), environ=environ or {})

    return load_site


@pytest.fixture
def agent_of(site_of):
    """Load a site with one agent, whose further keys a test gives as lines; returns the agent."""

    def load_agent(keys="", environ=None):
        lines = textwrap.indent(textwrap.dedent(keys).strip(), "  ")
        agents = f"- instance-id: a\n  agent-class: A\n{lines}\n"
        return site_of(agents=agents, environ=environ).host("localhost").instances[0]

    return load_agent
