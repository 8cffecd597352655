"""The HTTP services of Photon Ranch."""
