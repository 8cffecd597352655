"""Where things in the sky are: time, sidereal time, coordinates of date, Sun and Moon."""
