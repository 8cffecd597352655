"""A table of jobs as boto3 reaches it, in an emulator of DynamoDB."""

import pytest

from ocs_sim.jobs import job_table
from tests.stores.aws.fixtures import ministack, ministack_backend, on_ministack

__all__ = ["ministack", "ministack_backend", "on_ministack"]


@pytest.fixture
def table(ministack_backend):
    return ministack_backend.table(job_table())
