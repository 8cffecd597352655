"""What a simulated camera tells beyond ASCOM's members: what is truly in its image, and what simulates it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from ocs_sim.alpaca import ActionNotImplemented, get, put
from ocs_sim.alpaca.simulated.camera._part import CameraPart

TRUTH, SIMULATION = "Truth", "Simulation"
_OF_THE_TABLE = re.compile(
    r"XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|EXTNAME|T(TYPE|FORM|UNIT|DISP)\d+"
)


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
        stars = {column.name: hdu.data[column.name].tolist() for column in hdu.columns}
        units = {column.name: column.unit for column in hdu.columns if column.unit}
        answer: dict[str, Any] = {"facts": facts, "units": units, "stars": stars}
        return json.dumps(answer)
