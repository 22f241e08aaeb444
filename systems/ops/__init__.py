"""What those who run the systems need: probes, metrics, and the dead letters."""
