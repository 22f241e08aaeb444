"""What those who run the systems need: probes now, metrics and checks later."""
