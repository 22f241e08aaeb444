"""Measurements side by side with named peers: `make bench`."""
