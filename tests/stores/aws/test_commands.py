"""`obsbow aws` against MiniStack: what is made, shown, mended, kept and deleted."""

import json

import boto3
import pytest
from click.testing import CliRunner

from ocs_sim.launch._aws import AwsStores
from ocs_sim.launch._cli import obsbow
from ocs_sim.launch._errors import LaunchError
from ocs_sim.remote import command_queue
from ocs_sim.stores import StoreError, StoreUnreachable, open_stores
from ocs_sim.stores._aws import NoCredentials
from ocs_sim.testing import free_port

SITE = """\
hub:
  wamp_server: ws://127.0.0.1:8001/ws
  wamp_http: http://127.0.0.1:8001/call
  wamp_realm: test_realm
  address_root: observatory
sites:
  one: {{name: One, latitude: 1.0, longitude: 2.0, elevation: 3, timezone: UTC}}
  two: {{name: Two, latitude: 1.0, longitude: 2.0, elevation: 3, timezone: UTC}}
stores:
  queue: {queue}
  documents: {documents}
  objects: {objects}
hosts:
  localhost:
    agent-instances: []
"""


@pytest.fixture
def site_file(on_ministack, tmp_path, request):
    """A site file of two observatories that keeps all in MiniStack, under names of the test's own."""
    prefix = f"x{abs(hash(request.node.name)) % 10**8}-"
    path = tmp_path / "site.yaml"
    path.write_text(
        SITE.format(
            queue=f"sqs://us-east-1?prefix={prefix}",
            documents=f"dynamodb://us-east-1?prefix={prefix}",
            objects=f"s3://{prefix}bucket?region=us-east-1",
        )
    )
    return path


def run(site_file, *words, answer=None):
    return CliRunner().invoke(obsbow, ["aws", *words, "--site-file", str(site_file)], input=answer)


def states(site_file, *words):
    done = run(site_file, *words, "--json")
    told = json.loads(done.stdout)
    return done.exit_code, {row["name"].partition("-")[2]: row["state"] for row in told}


NAMES = {
    "one_from_aws.fifo",
    "one_from_aws_dead.fifo",
    "two_from_aws.fifo",
    "two_from_aws_dead.fifo",
    "photonranch-jobs",
    "photonranch-calendar",
    "one_state",
    "two_state",
    "bucket",
}


def test_init_makes_what_status_missed_and_does_it_once(site_file):
    assert states(site_file, "status") == (1, dict.fromkeys(NAMES, "missing"))
    assert states(site_file, "init") == (0, dict.fromkeys(NAMES, "made"))
    assert states(site_file, "init") == (0, dict.fromkeys(NAMES, "exists"))
    assert states(site_file, "status") == (0, dict.fromkeys(NAMES, "exists"))
    assert "All is there." in run(site_file, "init").stdout


def test_init_of_one_site_makes_that_and_what_is_shared(site_file):
    assert set(states(site_file, "init", "--site", "one")[1]) == {
        name for name in NAMES if not name.startswith("two")
    }
    code, found = states(site_file, "status")
    assert code == 1
    assert {name for name, state in found.items() if state == "missing"} == {
        name for name in NAMES if name.startswith("two")
    }


def test_what_differs_is_shown_and_mended(site_file):
    run(site_file, "init")
    stores = AwsStores(site_file, ())
    sqs, dynamodb, s3 = (boto3.client(name, region_name="us-east-1") for name in ("sqs", "dynamodb", "s3"))
    state = {each.name: each for each in stores.provisioner.status(stores.resources)}
    queue = next(name for name in state if "one_from_aws.fifo" in name)
    table = next(name for name in state if "photonranch-jobs" in name)
    bucket = next(each.name for each in state.values() if each.kind == "bucket")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "180"})
    dynamodb.update_table(TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "Lease"}}])
    s3.delete_public_access_block(Bucket=bucket)
    shown = run(site_file, "status")
    assert shown.exit_code == 1
    for fault in (
        "MessageRetentionPeriod is 180, not 1209600",
        "it has no index Lease",
        "public access to it is not blocked",
        "3 of 9 are not as they should be",
    ):
        assert fault in shown.stdout
    assert list(states(site_file, "init")[1].values()).count("mended") == 3
    assert states(site_file, "status") == (0, dict.fromkeys(NAMES, "exists"))


def test_what_cannot_be_mended_is_said(site_file):
    run(site_file, "init")
    stores = AwsStores(site_file, ())
    name = next(each.name for each in stores.provisioner.status(stores.resources) if "one_state" in each.name)
    dynamodb = boto3.client("dynamodb", region_name="us-east-1")
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    done = run(site_file, "init")
    assert done.exit_code == 1
    assert "its keys are (other); they cannot be changed: delete it first" in done.stdout
    assert "1 of 9 cannot be mended" in done.stdout


def test_delete_asks_and_keeps_objects(site_file):
    run(site_file, "init")
    with open_stores(AwsStores(site_file, ()).addresses) as stores:
        stores.objects.put("one/a.fits", b"precious")
        for answer in ("n\n", "", "nonsense\n"):
            done = run(site_file, "delete", answer=answer)
            assert done.exit_code == 1
            assert "one_from_aws.fifo" in done.stdout
            assert "with all objects (--objects removes those)" in done.stdout
        assert states(site_file, "status")[0] == 0
        assert run(site_file, "delete", answer="y\n").exit_code == 0
        found = states(site_file, "status")[1]
        assert {name for name, state in found.items() if state == "exists"} == {"bucket"}
        assert stores.objects.get("one/a.fits") == b"precious"
        assert run(site_file, "delete", "--yes").exit_code == 0


def test_each_store_may_be_at_an_endpoint_of_its_own(site_file, ministack, moto, monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    for service in ("SQS", "DYNAMODB", "DYNAMODB_STREAMS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", ministack.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto.url)
    assert states(site_file, "init") == (0, dict.fromkeys(NAMES, "made"))
    asked = run(site_file, "delete", answer="n\n").stdout
    assert f"AWS_ENDPOINT_URL_SQS: {ministack.url}" in asked
    assert f"AWS_ENDPOINT_URL_S3: {moto.url}" in asked
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", ministack.url)
    assert states(site_file, "status")[1] == {**dict.fromkeys(NAMES, "exists"), "bucket": "missing"}


def test_delete_of_one_site_keeps_what_is_shared(site_file):
    run(site_file, "init")
    with open_stores(AwsStores(site_file, ()).addresses) as stores:
        for name in ("one/a.fits", "one/b.fits", "two/a.fits"):
            stores.objects.put(name, b"x")
        asked = run(site_file, "delete", "--site", "one", "--objects", answer="n\n")
        assert "-bucket/one/*" in asked.stdout
        assert "-photonranch-calendar, which all observatories share" in asked.stdout
        assert "two" not in asked.stdout
        done = run(site_file, "delete", "--site", "one", "--objects", "--yes", "--json")
        told = json.loads(done.stdout)
        assert len(told["deleted"]) == 4
        assert told["deleted"][-1]["detail"] == "2 in all"
        assert "which all observatories share" in told["kept"][0]
        assert [info.key for info in stores.objects.list()] == ["two/a.fits"]
    found = states(site_file, "status")[1]
    assert {name for name, state in found.items() if state == "missing"} == {
        name for name in NAMES if name.startswith("one")
    }


def test_delete_of_everything(site_file):
    run(site_file, "init")
    with open_stores(AwsStores(site_file, ()).addresses) as stores:
        stores.objects.put("one/a.fits", b"x")
    assert run(site_file, "delete", "--objects", "--yes").exit_code == 0
    assert states(site_file, "status") == (1, dict.fromkeys(NAMES, "missing"))


def test_json_does_not_ask(site_file):
    assert run(site_file, "delete", "--json").exit_code == 2


def test_an_unknown_site(site_file):
    with pytest.raises(LaunchError, match=r"no observatory 'three'\. It has: one, two"):
        AwsStores(site_file, ["three"])


def test_a_site_file_without_aws(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(SITE.partition("stores:")[0].format() + "hosts: {localhost: {agent-instances: []}}\n")
    with pytest.raises(LaunchError, match="keeps everything on this computer"):
        AwsStores(path, ())


def test_what_is_not_made_is_never_made_by_use(site_file):
    with (
        open_stores(AwsStores(site_file, ()).addresses) as stores,
        pytest.raises(StoreError, match="obsbow aws init"),
    ):
        stores.queue(command_queue("one")).send("{}", group="g", deduplication_id="1")
    assert states(site_file, "status") == (1, dict.fromkeys(NAMES, "missing"))


def test_without_credentials(site_file, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = run(site_file, "status")
    assert done.exit_code == 1
    assert "cannot be asked without credentials" in done.stderr
    stores = AwsStores(site_file, ())
    with pytest.raises(NoCredentials, match="AWS_PROFILE"):
        stores.provisioner.status(stores.resources)


def test_nobody_at_the_endpoint(site_file, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    stores = AwsStores(site_file, ())
    with pytest.raises(StoreUnreachable, match=r"SQS in us-east-1 does not answer \(.*127\.0\.0\.1"):
        stores.provisioner.status(stores.resources)
