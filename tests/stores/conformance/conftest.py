"""The suite runs once for each backend: `pytest tests/stores/conformance -k embedded`.

Another backend adds its name here, and a fixture `{name}_backend` that gives a `backends.Backend`.
"""

import pytest

from tests.stores.aws.fixtures import aws_legs
from tests.stores.conformance.backends import Embedded

BACKENDS = ("embedded", *aws_legs())


@pytest.fixture(params=BACKENDS)
def backend(request):
    found = request.getfixturevalue(f"{request.param}_backend")
    test, case = request.function.__name__, request.node.callspec.id.removeprefix(f"{request.param}-")
    reason = found.gaps.get(test) or found.gaps.get(f"{test}[{case}]")
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    return found


@pytest.fixture
def embedded_backend(tmp_path):
    embedded = Embedded(tmp_path / "stores")
    yield embedded
    embedded.close()


@pytest.fixture
def objects(backend):
    return backend.objects()
