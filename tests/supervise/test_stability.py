"""OCS's stability figure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.supervise import stability

moments = st.lists(st.floats(0, 1000))


def test_is_ocs_formula() -> None:
    assert stability(100.0, [90.0, 50.0]) == 1 - 5 / 10 - 5 / 50
    assert stability(300.0, [100.0]) == 1.0
    assert stability(100.0, [100.0]) == 0.0


@given(now=st.floats(0, 2000), failed_at=moments)
def test_is_between_nothing_and_one_and_never_better_for_another_failure(
    now: float, failed_at: list[float]
) -> None:
    before = stability(now, failed_at)
    assert 0.0 <= before <= 1.0
    assert stability(now, [*failed_at, now - 1.0]) <= before
