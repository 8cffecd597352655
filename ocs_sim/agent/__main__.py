"""Run agents: python -m ocs_sim.agent --instance-id ID."""

from ocs_sim.agent._runner import main

main()
