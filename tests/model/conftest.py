"""Hypothesis' profile for long runs: `pytest tests/model --hypothesis-profile=long`."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "long",
    # Half an hour or more; MODEL_EXAMPLES makes it another length.
    max_examples=int(os.environ.get("MODEL_EXAMPLES", "10000")),
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
