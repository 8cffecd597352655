"""OCS's own Aggregator. Run by OCS's Python."""

import sys

from ocs.agents.aggregator.agent import main

main(sys.argv[1:])
