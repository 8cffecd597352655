"""What an agent is made of: operations, runs, feeds, locks, and the runner."""
