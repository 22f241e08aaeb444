"""Run by the Python of a clone: serve its systems with sample data until the standard input ends.

The first line of the input is JSON: where Postgres and Redis answer. So is the first of the output: where the systems
do, the process of their web server, and the password of the sample accounts. Each further line of the input is for
in_process.py, which answers in one.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from nexus.services.ports import free_ports, wait_for_port
from nexus.systems import Role

HERE = Path(__file__).parent
THREADS = "8"  # as the systems have them


def main() -> None:
    role = Role("api", json.loads(sys.stdin.readline()), {"access_minutes": 600, "workers": 1})
    (port,) = free_ports([None])
    server = start(role, port)
    try:
        wait_for_port(port, server)
        say({"url": f"http://127.0.0.1:{port}", "process": server.pid, "password": role.password})
        for line in sys.stdin:
            command = f"import sys; sys.path.append({str(HERE)!r}); import in_process; in_process.measure({line!r})"
            say(json.loads(role.manage("shell", "--command", command).splitlines()[-1]))
    finally:
        server.terminate()
        server.wait()
        role.stop()


def start(role: Role, port: int) -> "subprocess.Popen[bytes]":
    """The role's own server answers at the role's own addresses only. This one is beside it, with one process."""
    environment = role._server._environment()
    environment["PYTHONPATH"] += f":{HERE}"
    options = {"--bind": f"127.0.0.1:{port}", "--threads": THREADS, "--keep-alive": "60", "--log-level": "warning"}
    arguments = [part for option in options.items() for part in option]
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--no-control-socket", *arguments, "measured"], env=environment
    )


def say(found: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
