"""The command line, `python -m nexus`: what it starts, checks, writes and says."""
