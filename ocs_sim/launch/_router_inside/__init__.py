"""What the router's private environment has of ours: copied there, and run in each of its processes.

These modules use the standard library and what crossbar imports. They know nothing of ocs_sim, and are
imported there under another name.
"""

from __future__ import annotations

import atexit
import gc


def install() -> None:
    """Prepare this process, before crossbar is imported."""
    from . import guard, lean, quick

    # A process ends with all that it has: to look for garbage in it first takes a third of a second.
    atexit.register(gc.freeze)
    lean.install()
    guard.install()
    quick.install()
