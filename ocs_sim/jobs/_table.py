"""Where jobs are kept: the table of photonranch-jobs, with one index more.

Source: the resources of photonranch-jobs; indexes StatusId and ReplicaReadStatus hold "STATUS#ulid".
"""

from __future__ import annotations

from ocs_sim.stores import IndexSpec, TableSpec

STATUS_INDEX = "StatusId"
REPLICA_INDEX = "ReplicaReadStatus"
LEASE_INDEX = "Lease"
"""Only jobs that are held, by when their lease ends, and unread ones that are urgent."""


def job_table() -> TableSpec:
    """Return the table of jobs as it is to be made."""
    return TableSpec(
        "photonranch-jobs",
        "site",
        "ulid",
        indexes={
            STATUS_INDEX: IndexSpec("site", "statusId"),
            REPLICA_INDEX: IndexSpec("site", "replicaStatusId"),
            LEASE_INDEX: IndexSpec("site", "leaseId"),
        },
        changes=True,
    )
