"""The WAMP connection; autobahn and Twisted live here and nowhere else."""
