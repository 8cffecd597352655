"""Run agents: python -m ocs_sim.agent --instance-id ID."""

import gc

# What is imported stays: to look for garbage among it takes a tenth of an agent's start.
gc.disable()

from ocs_sim.agent._runner import main  # noqa: E402 - after that

main()
