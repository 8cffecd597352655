"""The suite runs once for each backend: `pytest tests/stores/conformance -k embedded`.

Another backend adds its name here, and a fixture `{name}_backend` that gives a `backends.Backend`.
"""

import pytest

from tests.stores.conformance.backends import Embedded

BACKENDS = ("embedded",)


@pytest.fixture(params=BACKENDS)
def backend(request):
    found = request.getfixturevalue(f"{request.param}_backend")
    reason = found.gaps.get(request.function.__name__)
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
