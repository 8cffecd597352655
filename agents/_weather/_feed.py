"""The feed `conditions`: the weather, and whether it is safe."""

from __future__ import annotations

from collections.abc import Iterable

from ocs_sim.agent import Feed, FeedField

from ._sensors import SENSORS

BLOCK = "conditions"


def conditions_feed(sensors: Iterable[str], *, has_monitor: bool) -> Feed:
    """Return the declaration of the feed of a station that has these sensors, by their ASCOM names."""
    found = (SENSORS[name] for name in sensors)
    fields = {each.field: FeedField(float, each.unit, each.description) for each in found}
    if fields:
        fields["age"] = FeedField(float, "s", "Age of the newest reading")
    if has_monitor:
        fields["safe"] = FeedField(bool, "", "Whether the safety monitor says that it is safe")
    return Feed(BLOCK, record=True, blocks={BLOCK: fields})
