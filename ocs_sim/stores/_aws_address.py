"""Addresses of AWS's stores, as `sqs://us-east-1?prefix=x-&suffix=-y`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

from ocs_sim.stores._errors import BadStoreAddress

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_AFFIX = re.compile(r"[A-Za-z0-9_-]*")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
# Not with dots, although S3 has such: HTTPS has no certificate for their links' hosts.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class NamedResources:
    """A region, and what stands before and after the names of our queues or tables there."""

    region: str
    prefix: str = ""
    suffix: str = ""

    def name(self, ours: str) -> str:
        """Return what the service calls a queue or table of ours."""
        return f"{self.prefix}{ours}{self.suffix}"


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """A bucket, what the keys of our objects begin with there (`""` or `some/prefix/`), and its region."""

    bucket: str
    prefix: str = ""
    region: str | None = None


def parse_queue_address(address: str) -> NamedResources:
    """Read `sqs://REGION?prefix=..&suffix=..`. Raises BadStoreAddress, which names every fault."""
    return _named(address, "sqs", "queues")


def parse_table_address(address: str) -> NamedResources:
    """Read `dynamodb://REGION?prefix=..&suffix=..`. Raises BadStoreAddress, which names every fault."""
    return _named(address, "dynamodb", "documents")


def parse_object_address(address: str) -> BucketPlace:
    """Read `s3://BUCKET/PREFIX?region=..`. Raises BadStoreAddress, which names every fault."""
    parts, query, faults = _split(address, "s3", "objects", {"region"})
    bucket, region = parts.netloc, query.get("region")
    if not bucket:
        faults.append("it names no bucket")
    elif not _is_with_port_or_user(parts) and not _BUCKET.fullmatch(bucket):
        faults.append(f"{bucket!r} is no bucket's name (3 to 63 lower-case letters, digits and '-')")
    if region is not None and not _REGION.fullmatch(region):
        faults.append(_bad_region(region))
    prefix = parts.path.strip("/")
    if any(part in ("", ".", "..") for part in prefix.split("/")) and prefix:
        faults.append(f"the prefix {prefix!r} has a part that is empty, '.' or '..'")
    _refuse(address, "objects", faults)
    return BucketPlace(bucket, f"{prefix}/" if prefix else "", region)


def _named(address: str, scheme: str, port: str) -> NamedResources:
    parts, query, faults = _split(address, scheme, port, {"prefix", "suffix"})
    region = parts.netloc
    if not region:
        faults.append("it names no region")
    elif not _is_with_port_or_user(parts) and not _REGION.fullmatch(region):
        faults.append(_bad_region(region))
    if parts.path.strip("/"):
        faults.append(f"there is no place for the path {parts.path!r}")
    for affix, value in query.items():
        if affix in ("prefix", "suffix") and not _AFFIX.fullmatch(value):
            faults.append(f"the {affix} {value!r} has other characters than letters, digits, '-' and '_'")
    _refuse(address, port, faults)
    return NamedResources(region, query.get("prefix", ""), query.get("suffix", ""))


def _split(
    address: str, scheme: str, port: str, known: set[str]
) -> tuple[SplitResult, dict[str, str], list[str]]:
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise BadStoreAddress(address=address, port=port, fault=str(error)) from error
    faults = []
    if parts.scheme != scheme:
        faults.append(f"it does not begin with {scheme}://")
    if _is_with_port_or_user(parts):
        faults.append(
            f"there is no place for a user, password or port in {parts.netloc!r}; "
            "credentials are boto3's, an endpoint is AWS_ENDPOINT_URL's"
        )
    if parts.fragment:
        faults.append(f"there is no place for #{parts.fragment}")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    names = [name for name, _ in pairs]
    faults += [f"there is no option {name!r}" for name in dict.fromkeys(names) if name not in known]
    faults += [f"{name!r} is given twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    return parts, dict(pairs), faults


def _is_with_port_or_user(parts: SplitResult) -> bool:
    return "@" in parts.netloc or ":" in parts.netloc


def _bad_region(region: str) -> str:
    return f"{region!r} is no region's name, as us-east-1 is"


def _refuse(address: str, port: str, faults: list[str]) -> None:
    if faults:
        raise BadStoreAddress(address=address, port=port, fault="; ".join(faults))
