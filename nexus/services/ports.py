"""Free ports of the loopback address."""

import socket
import subprocess

from nexus.errors import ServiceError

POLL_SECONDS = 0.05


def free_ports(wanted: list[int | None]) -> list[int]:
    """A free loopback port for each wish: the wished one, where it is free. All are held open until all are found."""
    held: list[socket.socket] = []
    try:
        for port in wanted:
            held.append(_bind(port or 0) or _bind(0) or _no_port())
        return [int(each.getsockname()[1]) for each in held]
    finally:
        for each in held:
            each.close()


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once somebody listens on the port. Raises ServiceError if the process that should ends instead."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            pass
        try:
            process.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        raise ServiceError(f"{process.args!r} ended at once instead of listening on port {port}")


def _bind(port: int) -> socket.socket | None:
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: a port in TIME_WAIT is free
    try:
        probe.bind(("127.0.0.1", port))
        probe.listen()  # without this, a second probe could bind the same port
    except OSError:
        probe.close()
        return None
    return probe


def _no_port() -> socket.socket:
    raise ServiceError("no free port on 127.0.0.1: close some programs and try again")
