"""What the Site agent is made of."""
