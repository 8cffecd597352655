"""`python -m ocs_sim.agent`: run one or several agents of a site in this process."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from ocs_sim.agent._logs import set_up_logging
from ocs_sim.agent._plan import make_plans
from ocs_sim.agent._process import live
from ocs_sim.errors import ObservatoryError

_USAGE = """\
Run agents of a site in this process, until SIGINT or SIGTERM; a second signal ends it at once.

  python -m ocs_sim.agent --site-file FILE --instance-id ID [--instance-id ID ...] [options]

  --site-file FILE     the site file; else $OCS_CONFIG_DIR/default.yaml, else site_config/default.yaml
  --site NAME          NAME.yaml in place of default.yaml
  --site-host HOST     which host of the site file this is
  --instance-id ID     which agent of that host; several share this process
  --agent-class CLASS  its class, for an agent that the site file does not have
  --site-hub URL  --site-http URL  --site-realm REALM  --address-root ROOT
  --log-dir DIR  --working-dir DIR  --access-policy POLICY  --crossbar-timeout S  (taken, not heeded)
  --history-mb N       how much of what was published is kept in memory, for those who missed it (64)
  --spill-mb N         how much of it is kept in files below the log directory, which outlive the agent (0)

Any other option is the agent's own and replaces the one in the site file.
"""


def run_agent(argv: Sequence[str] | None = None) -> int:
    """Run the agents that a command line names; return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or {"-h", "--help"} & set(arguments):
        print(_USAGE, end="")  # noqa: T201 - asked for
        return 0 if arguments else 2
    from ocs_sim.bus import prepare, run

    try:
        # Before the agents' modules, which may import Twisted's reactor.
        prepare()
        plans = make_plans(arguments, Path.cwd())
    except ObservatoryError as fault:
        print(f"ocs_sim.agent: {fault}", file=sys.stderr)  # noqa: T201 - the one clear line
        return 1
    # All that is loaded by now is left alone from now on, and garbage is collected again.
    gc.freeze()
    gc.enable()
    set_up_logging()
    return run(lambda: live(plans))


def main() -> None:
    """Run agents as a program of its own."""
    code = run_agent()
    logging.shutdown()
    left = [each for each in threading.enumerate() if each is not threading.main_thread()]
    if left:
        # A thread that does not heed its token must not keep the process alive.
        sys.stdout.flush()
        os._exit(code or 1)
    # The process ends with all that it has: to take it apart piece by piece would only take longer.
    gc.freeze()
    sys.exit(code)
