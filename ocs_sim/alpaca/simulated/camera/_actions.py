"""What a simulated camera tells beyond ASCOM's members: what is truly in its image, and what simulates it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.alpaca import ActionNotImplemented, get, put
from ocs_sim.alpaca.simulated.camera._part import CameraPart

TRUTH, SIMULATION = "Truth", "Simulation"
_OF_THE_TABLE = re.compile(
    r"XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|EXTNAME|T(TYPE|FORM|UNIT|DISP)\d+"
)
_DECIMALS = 8


class Actions(CameraPart):
    """The actions `Truth` and `Simulation`, each without parameters, which answer with JSON."""

    @get(works_disconnected=True)
    def SupportedActions(self) -> list[str]:
        """Return the names which Action takes."""
        return [TRUTH, SIMULATION]

    # The server awaits members that are coroutines.
    @put
    async def Action(self, Action: str, Parameters: str) -> str:  # noqa: ARG002
        """Tell the truth about the latest image, or what simulates it."""
        if Action.casefold() == SIMULATION.casefold():
            return json.dumps(self._simulation())
        if Action.casefold() != TRUTH.casefold():
            raise ActionNotImplemented(f"{Action!r}; there are {TRUTH} and {SIMULATION}.")
        return await asyncio.to_thread(self._truth)

    def _simulation(self) -> dict[str, Any]:
        return {
            "seed": self.world.seed,
            "profile": self.world.profile.name,
            "read_noise": self._camera.read_noise_electrons,
        }

    def _truth(self) -> str:
        hdu = self._camera.truth().to_hdu()
        facts = {
            card.keyword: [card.value, card.comment]
            for card in hdu.header.cards
            if card.keyword and not _OF_THE_TABLE.fullmatch(card.keyword)
        }
        units = {column.name: column.unit for column in hdu.columns if column.unit}
        rest = json.dumps({"facts": facts, "units": units})
        # No other device is answered while json is at work, so it gets one column after the other.
        stars = ", ".join(f'"{column.name}": {_listed(hdu.data[column.name])}' for column in hdu.columns)
        return f'{rest[:-1]}, "stars": {{{stars}}}}}'


def _listed(values: NDArray[np.float64]) -> str:
    return json.dumps(np.round(values, _DECIMALS).tolist())
