"""The page about the devices says what they do."""

import inspect
import re
from pathlib import Path

from ocs_sim import alpaca
from ocs_sim.alpaca import AlpacaError
from ocs_sim.alpaca.simulated import simulated_devices
from ocs_sim.world import World
from tests.alpaca.conformance.test_walk import READ_ONLY_HERE, REFUSED

PAGE = (Path(__file__).parents[2] / "docs/reference/alpaca.md").read_text()


def test_it_lists_the_devices_and_their_interfaces():
    rows = re.findall(r"^\| `(\w+)` \| I(\w+)V(\d) \|", PAGE, re.MULTILINE)
    served = [(device.device_type, device.interface_version) for device in simulated_devices(World())]
    assert [(kind, name, int(version)) for kind, name, version in rows] == [
        (name.lower(), name, version) for name, version in served
    ]


def test_it_names_all_that_is_not_there():
    gone = PAGE.partition("## What is not there")[2].partition("## Errors")[0]
    names = set().union(*REFUSED.values(), (name.partition(".")[2] for name in READ_ONLY_HERE))
    assert {name for name in names if not re.search(rf"\b{name}\b", gone)} == set()


def test_it_explains_every_number():
    kinds = [kind for _, kind in inspect.getmembers(alpaca, inspect.isclass) if issubclass(kind, AlpacaError)]
    numbers = {kind.NUMBER for kind in kinds if hasattr(kind, "NUMBER")} | {0x500, 0x501}
    numbers -= {alpaca.InvalidWhileSlaved.NUMBER}
    assert {int(each, 16) for each in re.findall(r"^\| (0x\w+) \|", PAGE, re.MULTILINE)} == numbers
