"""What the Mount agent is made of."""
