import sys

try:
    from nexus.command.cli import main
except KeyboardInterrupt:  # the first imports take seconds, and nothing has been started yet
    sys.exit(130)

main()
