"""The simulated observatory: one seeded model of mount, dome, optics, weather, sky and detector."""
