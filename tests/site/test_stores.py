"""Where stores are, what jobs do, and which observatory an agent belongs to."""

import datetime as dt
import textwrap

from ocs_sim.site import Hub, Site, SiteIdentity, load
from ocs_sim.stores import StoreAddresses
from tests.site.conftest import HUB

MINE = "site: {code: mine, latitude: -30, longitude: -70}\n"


def test_stores_are_below_data_unless_the_file_says_otherwise(write, tmp_path):
    assert load(write(HUB)).stores == StoreAddresses(tmp_path / "data/stores")
    assert load(write(f"{HUB}stores:\n")).stores == StoreAddresses(tmp_path / "data/stores")


def test_each_store_may_be_elsewhere(write, tmp_path):
    text = """
        stores:
          directory: ../kept
          queue: sqs://us-east-1?prefix=a-
          documents: dynamodb://${REGION}
          objects: s3://bucket/prefix?region=us-east-1
          images: postgresql+psycopg://user@host/database
          link-base: https://observatory.example.org/o
    """
    path = write(HUB + textwrap.dedent(text))
    assert load(path, environ={"REGION": "eu-west-1"}).stores == StoreAddresses(
        directory=tmp_path / "kept",
        queue="sqs://us-east-1?prefix=a-",
        documents="dynamodb://eu-west-1",
        objects="s3://bucket/prefix?region=us-east-1",
        images="postgresql+psycopg://user@host/database",
        link_base="https://observatory.example.org/o",
    )


def test_a_site_made_by_hand_has_stores_too(tmp_path):
    hub = Hub("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "test_realm", "observatory")
    assert Site(tmp_path / "site.yaml", hub, {}).stores.directory == tmp_path / "data/stores"


def test_job_actions_are_as_yaml_has_them(write):
    text = "job-actions:\n  camera/expose: {agent: cam, list: [1, 2.5, {a: true}], none: , day: 2026-01-02}\n"
    actions = load(write(HUB + text)).job_actions
    assert actions == {
        "camera/expose": {
            "agent": "cam",
            "list": [1, 2.5, {"a": True}],
            "none": None,
            "day": dt.date(2026, 1, 2).isoformat(),
        }
    }


def test_agents_belong_to_the_observatory_of_the_file(site_of):
    agents = "- {instance-id: a, agent-class: A}\n- {instance-id: b, agent-class: B, site: mine}\n"
    site = site_of(agents=agents, site=MINE)
    identity = SiteIdentity("mine", "mine", -30.0, -70.0)
    assert site.observatories == {"mine": identity}
    for instance in site.host("localhost").instances:
        assert instance.site_code == "mine"
        assert site.seen_from(instance).identity == identity


def test_agents_of_a_file_without_observatories_belong_to_none(site_of):
    site = site_of(agents="- {instance-id: a, agent-class: A}")
    (instance,) = site.host("localhost").instances
    assert (instance.site_code, site.observatories, site.seen_from(instance).identity) == ("", {}, None)
