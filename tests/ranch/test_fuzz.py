"""Everything that the description of the routes allows, and much that it does not: no answer is a 5xx."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from tests.examples import examples

schemathesis = pytest.importorskip("schemathesis")


def operations(ranch):
    schema = schemathesis.openapi.from_url(f"{ranch.url}/openapi.json")
    return [found.ok() for found in schema.get_all_operations()]


# What breaks the rules is found slowly, and mostly refused by the first of them.
@pytest.mark.parametrize(("mode", "number"), [("positive", 10), ("negative", 5)])
def test_nothing_breaks_the_services(shared, mode, number):
    shared.services.objects.put("a", b"a file")
    ulid = shared.asked()["ulid"]
    asked = 0

    def strategy(operation):
        return operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode))

    for operation in operations(shared):

        @given(case=strategy(operation))
        @settings(
            max_examples=examples(number),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def explore(case):
            nonlocal asked
            asked += 1
            answer = case.call(headers=shared.headers())
            assert answer.status_code < 500, f"{answer.status_code} {answer.text}\n{case.as_curl_command()}"

        # Of some routes nothing can be wrong: any text may be a file's key.
        with suppress(Unsatisfiable):
            explore()
    # How many routes nothing can be wrong of is up to the generator.
    assert asked > 15 * number
    assert shared.http.get(f"/jobs/tst/{ulid}").status_code == 200
