"""What a site file wants kept in AWS: which resources, of which observatories."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ocs_sim.launch._aws_errors import NothingInAws, UnknownSite
from ocs_sim.remote import Resources, all_resources
from ocs_sim.site import find_site_file, load
from ocs_sim.stores import StoreAddresses
from ocs_sim.stores._aws import Provisioner, ResourceState, parse_table_address

# Of all services, or with the name of one behind it.
_ENDPOINT = "AWS_ENDPOINT_URL"


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is to be removed, and what stays, each thing with the reason."""

    resources: Resources
    object_prefixes: tuple[str, ...]
    whole_bucket: bool
    kept: tuple[str, ...]


class AwsStores:
    """The stores of a site file that are in AWS."""

    def __init__(self, site_file: Path | None, codes: Sequence[str]) -> None:
        """Restrict it to the observatories `codes`, if any are given.

        Raises SiteFileNotFound, BadSiteFile, BadStoreAddress, NothingInAws or UnknownSite.
        """
        path = find_site_file(site_file, environ=os.environ, cwd=Path.cwd())
        site = load(path)
        self.addresses: StoreAddresses = site.stores
        self.provisioner = Provisioner(site.stores)
        if not self.provisioner.has_work:
            raise NothingInAws(path=path)
        known = list(site.observatories)
        for code in codes:
            if code not in known:
                raise UnknownSite(path=path, code=code, known=", ".join(known) or "none")
        self._restricted = bool(codes)
        self._codes = list(dict.fromkeys(codes)) or known
        self.resources = all_resources(self._codes)

    @property
    def places(self) -> list[str]:
        """Where everything is, in a line for each store."""
        endpoints = {name: url for name, url in sorted(os.environ.items()) if name.startswith(_ENDPOINT)}
        told = [
            ("queues", self.addresses.queue),
            ("documents", self.addresses.documents),
            ("objects", self.addresses.objects),
        ]
        lines = [f"{what}: {address or 'on this computer'}" for what, address in told]
        return [*lines, *(f"{name}: {url}" for name, url in endpoints.items())]

    def deletion(self, with_objects: bool) -> Deletion:
        """Return what is removed: with observatories named, nothing that others share with them."""
        resources, kept = self.resources, []
        if self._restricted:
            shared = all_resources(())
            resources = Resources(
                tuple(queue for queue in resources.queues if queue not in shared.queues),
                tuple(table for table in resources.tables if table not in shared.tables),
            )
            if self.addresses.documents:
                place = parse_table_address(self.addresses.documents)
                names = ", ".join(place.name(table.name) for table in shared.tables)
                kept.append(f"the tables {names}, which all observatories share")
        prefixes = tuple(f"{code}/" for code in self._codes) if self._restricted else ("",)
        if self.provisioner.bucket is None:
            return Deletion(resources, (), whole_bucket=False, kept=tuple(kept))
        bucket = self.provisioner.bucket.place
        if not with_objects:
            kept.append(f"the bucket {bucket.bucket} with all objects (--objects removes those)")
            return Deletion(resources, (), whole_bucket=False, kept=tuple(kept))
        whole = not self._restricted and not bucket.prefix
        if not whole:
            kept.append(f"the bucket {bucket.bucket}, with what else is in it")
        return Deletion(resources, prefixes, whole_bucket=whole, kept=tuple(kept))

    def objects_below(self, prefix: str) -> str:
        """Return what objects whose keys begin with `prefix` are called in S3."""
        bucket = self.provisioner.bucket
        return f"{bucket.place.bucket}/{bucket.place.prefix}{prefix}" if bucket else prefix

    def delete(self, deletion: Deletion) -> list[ResourceState]:
        """Remove it; return what became of each thing."""
        done = self.provisioner.delete(deletion.resources)
        done += self.provisioner.delete_objects(deletion.object_prefixes)
        if deletion.whole_bucket and self.provisioner.bucket:
            done.append(self.provisioner.bucket.delete())
        return done
