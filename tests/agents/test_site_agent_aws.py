"""The Site agent with S3, DynamoDB and PostgreSQL: boto3 against an emulator, and a server of our own."""

from __future__ import annotations

import itertools
import urllib.request

import pytest

from ocs_sim.remote import Resources, state_table
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.stores._aws import Provisioner
from tests.agents.site_bench import CODE, Place, images_of, until_stored
from tests.emulators import running_ministack
from tests.postgres import running_postgres

pytestmark = pytest.mark.integration
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def images_url(tmp_path_factory):
    """The URL of a PostgreSQL database; boto3 speaks to a MiniStack meanwhile."""
    directory = tmp_path_factory.mktemp("ministack")
    with (
        running_ministack(directory) as emulator,
        running_postgres() as server,
        pytest.MonkeyPatch.context() as environment,
    ):
        for name, value in emulator.environment.items():
            environment.setenv(name, value)
        yield server.url


@pytest.fixture
def place(tmp_path, images_url):
    """A place with a bucket, tables and journal of its own."""
    number = next(_numbers)
    addresses = StoreAddresses(
        tmp_path / "stores",
        documents=f"dynamodb://us-east-1?prefix=site-agent-{number}-",
        objects=f"s3://site-agent-{number}/images?region=us-east-1",
        images=images_url,
    )
    return Place(tmp_path, addresses)


def test_it_waits_for_what_is_not_made_yet_and_then_stores_everything(place):
    for number in (1, 2):
        place.take(number)
    provisioner = Provisioner(place.addresses)
    with place.agent() as site:
        for process in ("images", "state"):
            site.until(lambda process=process: site.status(process).session["degraded"], 30.0)
            assert "obsbow aws init" in site.status(process).session["degraded_reason"]
        assert images_of(site)["waiting"] == 2
        provisioner.create(Resources((), (state_table(CODE),)))
        until_stored(site, 2)
        site.until(lambda: place.state().image["count"] == 2, 30.0)
        site.until(lambda: not site.status("state").session["degraded"], 30.0)
    assert len(place.stored_keys()) == 6
    assert [each.base_filename[-1] for each in place.records()] == ["2", "1"]
    with open_stores(place.addresses) as stores:
        key = place.state().last_image_key
        assert stores.objects.head(key).metadata["object"] == "M 42"
        with urllib.request.urlopen(stores.objects.link(key), timeout=20) as answer:
            assert answer.read() == next(place.nights.glob("*/*00000002-EX00.fits")).read_bytes()


def test_another_image_of_the_same_name_does_not_replace_the_first_in_s3(place):
    Provisioner(place.addresses).create(Resources((), (state_table(CODE),)))
    path = place.take(1)
    first = path.read_bytes()
    with place.agent() as site:
        until_stored(site, 1)
    path.unlink()
    place.take(1, seed=99)
    (place.addresses.directory / "journals" / "site1.sqlite").unlink()
    with place.agent() as site:
        site.until(lambda: images_of(site).get("refused") == 1, 30.0)
    with open_stores(place.addresses) as stores:
        assert stores.objects.get(f"{CODE}/{path.name}") == first
