"""Addresses of AWS's stores: what they mean, and that every fault of one is named."""

import os

import pytest

from ocs_sim.clock import SystemClock
from ocs_sim.stores import BadStoreAddress
from ocs_sim.stores._aws import open_objects, parse_object_address, parse_queue_address, parse_table_address


def test_queues_and_tables_have_names_of_their_own():
    place = parse_queue_address("sqs://us-east-1?prefix=x-&suffix=_pythonbits")
    assert (place.region, place.name("sro_from_aws")) == ("us-east-1", "x-sro_from_aws_pythonbits")
    assert parse_table_address("dynamodb://ap-southeast-2").name("sro_state") == "sro_state"
    assert parse_table_address("dynamodb://us-gov-west-1/?suffix=").region == "us-gov-west-1"


def test_objects_have_a_bucket_and_perhaps_a_prefix():
    place = parse_object_address("s3://our-bucket-2/some/where/?region=eu-west-1")
    assert (place.bucket, place.prefix, place.region) == ("our-bucket-2", "some/where/", "eu-west-1")
    assert parse_object_address("s3://our-bucket").prefix == ""


QUEUE_FAULTS = [
    ("dynamodb://us-east-1", ["does not begin with sqs://"]),
    ("us-east-1", ["does not begin with sqs://", "names no region"]),
    ("sqs://", ["names no region"]),
    ("sqs://virginia", ["'virginia' is no region's name"]),
    ("sqs://US-EAST-1", ["'US-EAST-1' is no region's name"]),
    ("sqs://me:secret@us-east-1", ["no place for a user, password or port"]),
    ("sqs://localhost:4566", ["no place for a user, password or port", "AWS_ENDPOINT_URL"]),
    ("sqs://us-east-1/site-sro", ["no place for the path '/site-sro'"]),
    ("sqs://us-east-1#sro", ["no place for #sro"]),
    ("sqs://us-east-1?prefix=a.b", ["the prefix 'a.b' has other characters"]),
    ("sqs://us-east-1?suffix=é", ["the suffix 'é' has other characters"]),
    ("sqs://us-east-1?prefx=a", ["there is no option 'prefx'"]),
    ("sqs://us-east-1?prefix=a&prefix=b", ["'prefix' is given twice"]),
    ("sqs://[us-east-1", ["Invalid IPv6 URL"]),
    (
        "http://moon/here?prefix=!&suffix=a&suffix=b&x=1#y",
        ["sqs://", "'moon'", "'/here'", "'!'", "'suffix' is given twice", "option 'x'", "#y"],
    ),
]


@pytest.mark.parametrize(("address", "faults"), QUEUE_FAULTS)
def test_every_fault_of_an_address_is_named(address, faults):
    with pytest.raises(BadStoreAddress) as raised:
        parse_queue_address(address)
    assert raised.value.facts["address"] == address
    assert [fault for fault in faults if fault not in str(raised.value)] == []


OBJECT_FAULTS = [
    ("s3://", ["names no bucket"]),
    ("s3:///prefix", ["names no bucket"]),
    ("s3://Our-Bucket", ["'Our-Bucket' is no bucket's name"]),
    ("s3://ab", ["'ab' is no bucket's name"]),
    ("s3://1.2.3.4", ["'1.2.3.4' is no bucket's name"]),
    ("s3://a..b", ["'a..b' is no bucket's name"]),
    ("s3://bucket:80", ["no place for a user, password or port"]),
    ("s3://bucket/a//b", ["part that is empty"]),
    ("s3://bucket/../b", ["part that is empty, '.' or '..'"]),
    ("s3://bucket?region=mars", ["'mars' is no region's name"]),
    ("s3://bucket?acl=public-read", ["there is no option 'acl'"]),
    ("file://B?region=x#y", ["s3://", "'B'", "'x'", "#y"]),
]


@pytest.mark.parametrize(("address", "faults"), OBJECT_FAULTS)
def test_every_fault_of_an_address_of_objects_is_named(address, faults):
    with pytest.raises(BadStoreAddress) as raised:
        parse_object_address(address)
    assert [fault for fault in faults if fault not in str(raised.value)] == []


def test_a_table_is_no_queue():
    with pytest.raises(BadStoreAddress, match="documents cannot be used: it does not begin with dynamodb://"):
        parse_table_address("sqs://us-east-1")


def test_links_are_signed_for_the_host_of_the_region(monkeypatch):
    """Without an emulator's endpoint: signing asks nobody."""
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL") or name == "AWS_PROFILE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    objects = open_objects("s3://our-bucket/some?region=eu-west-1", SystemClock())
    assert objects.link("a b").startswith(
        "https://our-bucket.s3.eu-west-1.amazonaws.com/some/a%20b?X-Amz-Algo"
    )
    assert objects.upload_form("a").url == "https://our-bucket.s3.eu-west-1.amazonaws.com/"
    assert objects.upload_form("a").fields["key"] == "some/a"
