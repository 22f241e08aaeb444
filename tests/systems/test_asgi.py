"""The same systems behind an ASGI server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.db import connection

from nexus import paths
from nexus.services.ports import free_ports, wait_for_port
from tests.systems import room

PATIENCE_SECONDS = 30
OPEN = "select count(*) from pg_stat_activity where datname = current_database()"


class Uvicorn:
    """Uvicorn on the tests' own room."""

    def __init__(self, folder: Path) -> None:
        (port,) = free_ports([None])
        self.url, self.log = f"http://127.0.0.1:{port}", folder / "uvicorn.log"
        environment = {name: value for name, value in room.settings.items() if name.startswith("SYSTEMS_")}
        environment |= {"PATH": os.environ["PATH"], "PYTHONPATH": str(paths.ROOT), "SYSTEMS_ALLOWED_HOSTS": "127.0.0.1"}
        command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "error"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "systems.asgi:application"], cwd=folder, env=environment, stdout=log, stderr=log
            )
        wait_for_port(port, self.process)

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f"{self.url}{path}", headers=headers, timeout=PATIENCE_SECONDS)


@pytest.fixture
def uvicorn(tmp_path: Path) -> Iterator[Uvicorn]:
    served = Uvicorn(tmp_path)
    yield served
    served.process.terminate()
    served.process.wait(PATIENCE_SECONDS)


def open_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        (number,) = cursor.fetchone()
    return int(number)


def test_uvicorn_serves_the_systems(uvicorn: Uvicorn) -> None:
    before = open_connections()
    paths = {"/healthz": 200, "/readyz": 200, "/api/v1/listings/": 200, "/admin/login/": 200, "/nowhere": 404}
    for _ in range(4):
        assert {path: uvicorn.get(path).status_code for path in paths} == paths
    deadline = time.monotonic() + PATIENCE_SECONDS
    while open_connections() != before:  # the last one is closed just after its answer has left
        assert time.monotonic() < deadline


def test_a_log_line_under_uvicorn_has_its_request(uvicorn: Uvicorn) -> None:
    uvicorn.get("/nowhere", **{"X-Request-ID": "ours"})
    (line,) = map(json.loads, uvicorn.log.read_text().splitlines())
    assert (line["message"], line["request_id"]) == ("Not Found: /nowhere", "ours")
