"""The conformance suite's backends that speak boto3: to an emulator, or to AWS itself."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ocs_sim.clock import SystemClock
from ocs_sim.stores import ObjectStore, Queue, QueueSpec, StoreAddresses, Table, TableSpec, open_stores
from ocs_sim.stores._aws import Provisioner

# Leases of a second or two are waited for; nobody can turn an emulator's clock.
_LONGEST_WAIT_SECONDS = 3.0
_numbers = itertools.count(1)


@dataclass
class Made:
    """What was made for a test."""

    queues: list[QueueSpec] = field(default_factory=list)
    tables: list[TableSpec] = field(default_factory=list)


class AwsBackend:
    """Queues, tables and objects of a service, with names of their own for each test."""

    def __init__(self, directory: Path, gaps: Mapping[str, str], prefix: str = "t") -> None:
        self.gaps = gaps
        self.clock = SystemClock()
        # Other test processes may speak to the same account.
        unique = f"{prefix}{os.getpid()}-{next(_numbers)}-"
        self.addresses = StoreAddresses(
            directory,
            queue=f"sqs://us-east-1?prefix={unique}",
            documents=f"dynamodb://us-east-1?prefix={unique}",
            objects=f"s3://{unique}bucket?region=us-east-1",
        )
        self.made = Made()
        self.provisioner = Provisioner(self.addresses)
        self.stores = open_stores(self.addresses, self.clock)

    def queue(self, spec: QueueSpec) -> Queue:
        self._only(StoreAddresses(self.addresses.directory, queue=self.addresses.queue), Made([spec]))
        self.made.queues.append(spec)
        return self.stores.queue(spec)

    def table(self, spec: TableSpec) -> Table:
        address = StoreAddresses(self.addresses.directory, documents=self.addresses.documents)
        self._only(address, Made(tables=[spec]))
        self.made.tables.append(spec)
        return self.stores.table(spec)

    def objects(self) -> ObjectStore:
        self._only(StoreAddresses(self.addresses.directory, objects=self.addresses.objects), Made())
        return self.stores.objects

    def advance(self, seconds: float) -> None:
        if seconds > _LONGEST_WAIT_SECONDS:
            pytest.skip(f"a service's clock cannot be turned by {seconds:g} s")
        time.sleep(seconds + 0.1)

    def serving(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        """Close the stores; what an emulator holds ends with it."""
        self.stores.close()

    def remove(self) -> None:
        """Remove everything: in an account nothing may stay."""
        self.provisioner.delete(self.made)
        self.provisioner.delete_objects([""])
        if self.provisioner.bucket:
            self.provisioner.bucket.delete()

    def _only(self, addresses: StoreAddresses, made: Made) -> None:
        states = Provisioner(addresses).create(made)
        assert not [state for state in states if state.word in ("missing", "differs")], states
