"""The process that stops a folder's servers when their last user is gone: `python -P keeper.py FOLDER`.

One waits beside each folder of servers (see `nexus.services.home` for the locks), so nothing heavy is imported before
it has something to do.
"""

import fcntl
import signal
import sys
from pathlib import Path


def main() -> None:
    # Ctrl-C and a closed terminal are for the users of the servers; the keeper acts once those are gone.
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    wait_and_stop(Path(sys.argv[1]), throw_away="--throw-away" in sys.argv[2:])


def wait_and_stop(folder: Path, *, throw_away: bool) -> None:
    """Wait until nobody holds the folder's lease, then stop its servers. Returns at once if another keeper waits."""
    with (
        (folder / "keeper.lock").open("a", encoding="utf-8") as only_keeper,
        (folder / "lease").open("a", encoding="utf-8") as lease,
    ):
        try:
            fcntl.flock(only_keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        fcntl.flock(lease, fcntl.LOCK_EX)

        from nexus.services.home import Home

        Home(folder, throw_away=throw_away).last_user_is_gone()
        # The next user gets the lease when this closes, and must then be able to start a keeper of its own.
        only_keeper.close()


if __name__ == "__main__":
    main()
