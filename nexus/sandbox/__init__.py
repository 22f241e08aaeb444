"""The world outside the platform, on this machine: a mail server and a payment provider for development.

Two small programs, each a process of its own, which know nothing of the lab or of the systems: they meet them on their
ports only. They are started by `nexus.services` as the other servers are, and read their settings from the environment.
"""
