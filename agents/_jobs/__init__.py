"""What the Jobs agent is made of."""
