"""The systems of one clone, served by its own code and its own Python, on servers of their own."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg

from benchmarks.api_client import Connection, Request, request
from benchmarks.servers import throw_away
from nexus import paths
from nexus.errors import NexusError

MOUNTED = Path(__file__).with_name("mounted")
GUEST, MANAGER = "guest@example.com", "manager@example.com"
# A guest for each client: those of one account might wait for each other. It works whatever columns there are.
COPY = (
    "create temporary table copied as select accounts_user.* from accounts_user, generate_series(1, %s)"
    " where email = %s",
    "update copied set id = gen_random_uuid(), email = 'copy-' || gen_random_uuid() || '@example.com'",
    "insert into accounts_user select * from copied returning email",
)


class Site:
    """Where they answer, and what requests need: tokens of as many guests as there are clients, and ids of listings."""

    def __init__(self, process: "subprocess.Popen[str]", urls: Mapping[str, str], clients: int) -> None:
        self._process, self._postgres = process, urls["postgres"]
        found = self._ask(json.dumps(urls))
        self.url, self._password, self._server = found["url"], found["password"], psutil.Process(found["process"])
        self.guests, self.manager = [self._token(email) for email in self._guests(clients)], self._token(MANAGER)
        self.listings = [row["id"] for row in self._read(request(self.url, "GET", "/api/v1/listings/"))["results"]]

    def stay(self, client: int) -> dict[str, Any]:
        """What this client may book: some nights at a place that no other client books."""
        first = date.today() + timedelta(days=100)
        return {
            "listing": self.listings[client],
            "check_in": str(first),
            "check_out": str(first + timedelta(days=2)),
            "guests": 1,
        }

    def cpu_seconds(self) -> float:
        """What the web server has used since it started. The database's share is not in it."""
        times = [process.cpu_times() for process in (self._server, *self._server.children())]
        return sum(each.user + each.system for each in times)

    def inside(self, requests: Mapping[str, Request], times: int) -> dict[str, dict[str, float]]:
        """What each request costs in the process itself (mounted/in_process.py)."""
        found: dict[str, dict[str, float]] = self._ask(
            json.dumps([times, {name: asdict(one) for name, one in requests.items()}])
        )
        return found

    def tidy(self) -> None:
        """Forget what was booked and cancelled, so that a later round finds what the first found."""
        with psycopg.connect(self._postgres, autocommit=True) as connection:
            connection.execute("delete from bookings_booking where status = 'cancelled'")
            connection.execute("vacuum analyze")

    def _guests(self, count: int) -> list[str]:
        create, update, insert = COPY
        with psycopg.connect(self._postgres) as connection:
            connection.execute(create, [count, GUEST])
            connection.execute(update)
            return [email for (email,) in connection.execute(insert)]

    def _token(self, email: str) -> str:
        account = {"email": email, "password": self._password}
        return str(self._read(request(self.url, "POST", "/api/v1/auth/token/", body=account))["access"])

    def _read(self, one: Request) -> Any:
        connection = Connection(self.url)
        try:
            return json.loads(connection.send(one.raw(), one.status))
        finally:
            connection.close()

    def _ask(self, line: str) -> Any:
        assert self._process.stdin  # noqa: S101 - a pipe, as is the next
        assert self._process.stdout  # noqa: S101
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        if said := self._process.stdout.readline():
            return json.loads(said)
        raise NexusError("the systems ended: their last words are above")


@contextmanager
def served(clone: Path, clients: int) -> Iterator[Site]:
    """The systems of this clone with sample data, in one process of gunicorn."""
    with throw_away("postgres", "redis") as services:
        urls = {name: service.url for name, service in services.items()}
        command = [python_of(clone), MOUNTED / "serve_here.py"]
        with subprocess.Popen(command, cwd=clone, stdin=-1, stdout=-1, encoding="utf-8") as process:
            yield Site(process, urls, clients)
            process.communicate()


def python_of(clone: Path) -> Path:
    """Raises NexusError where the clone is not installed."""
    if clone == paths.ROOT:
        return Path(sys.executable)
    python = clone / ".venv" / "bin" / "python"
    if not python.exists():
        raise NexusError(f"{clone} is not installed: type `make install-all` there")
    return python
