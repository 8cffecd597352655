"""Taking leave of devices when an agent ends."""

from __future__ import annotations

import threading

from ocs_sim.agent import Signal, SystemTimer

from ._link import DeviceLink

# An agent's on_stop may take 0.4 s.
_PATIENCE_SECONDS = 0.3


async def close_links(*links: DeviceLink) -> None:
    """Disconnect, each in a thread of its own; what takes longer than 0.3 s goes on without the agent."""
    waiting = [_close(each) for each in links]
    for signal in waiting:
        await signal.wait_async(_PATIENCE_SECONDS)


def _close(link: DeviceLink) -> Signal:
    done = Signal(SystemTimer())

    def work() -> None:
        try:
            link.close()
        finally:
            done.set()

    threading.Thread(target=work, name=f"close {link.device}", daemon=True).start()
    return done
