"""What Prometheus scrapes: `python -m systems.metrics PORT`, a process of its own.

Not the API's, whose port is public, and not a worker's, since a scrape tells most when no worker is left.
"""

import argparse
import signal
import sys
import threading

from django.conf import settings
from prometheus_client import CollectorRegistry, start_http_server

from systems.entry import enter


def main() -> None:
    parser = argparse.ArgumentParser(prog="systems.metrics")
    parser.add_argument("port", type=int)
    parser.add_argument("--host", default="127.0.0.1", help="Where it listens: what it says is not for the public.")
    arguments = parser.parse_args()
    enter(lambda: settings.DATABASE_URL)
    from systems.ops.metrics import Collector  # which needs the settings

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    registry = CollectorRegistry()
    registry.register(Collector())
    try:
        server, _ = start_http_server(arguments.port, arguments.host, registry)
    except OSError as error:
        sys.exit(f"systems: port {arguments.port}: {error.strerror}")
    ended.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
