"""The process that stops a folder's servers when their last user is gone: `python -m nexus.services.keeper FOLDER`."""

import signal
import sys
from pathlib import Path

from nexus.services.home import Home


def main() -> None:
    folder, *options = sys.argv[1:]
    # Ctrl-C and a closed terminal are for the user of the servers; the keeper acts once that one is gone.
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    Home(Path(folder), throw_away="--throw-away" in options).stop_when_unused()


if __name__ == "__main__":
    main()
