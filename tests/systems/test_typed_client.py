"""The typed client that the book prints: its types fit, a misspelt name does not, and it books a stay."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

import nexus
from nexus import paths
from nexus.systems import Role

CLIENT = paths.ROOT / "systems" / "client"
SOURCE = "book-a-stay.ts"

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not shutil.which("npm"), reason="needs Node.js and npm: sudo apt-get install nodejs npm"),
]


def npm(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["npm", *command], cwd=folder, capture_output=True, check=False, encoding="utf-8")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which the packages of the lock are installed and the types are made, as the page says."""
    folder = tmp_path_factory.mktemp("systems") / "client"
    shutil.copytree(CLIENT, folder, ignore=shutil.ignore_patterns("node_modules", "build", "schema.d.ts"))
    shutil.copy(CLIENT.parent / "openapi.json", folder.parent)
    for command in (["ci", "--no-audit", "--no-fund"], ["run", "types"], ["run", "build"]):
        done = npm(folder, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def served(worker_id: str) -> Iterator[Role]:
    lab = nexus.open(f"test-typed-client-{worker_id}", needs=("postgres", "redis"))
    served = nexus.serve("api")
    yield served
    served.stop()
    lab.close()


@pytest.mark.parametrize(
    ("right", "misspelt", "said"),
    [
        ("{ check_in, check_out, guests: 2 }", "{ check_in, checkout: check_out, guests: 2 }", "'check_out'"),
        ("booked.data.total_price", "booked.data.total_prize", "total_prize"),
        ('"/api/v1/bookings/"', '"/api/v1/booking/"', "/api/v1/booking/"),
        ('ordering: "price"', 'ordering: "cheapest"', "cheapest"),
        ("booked.data.status}", 'booked.data.status === "paid"}', "no overlap"),
        ('if (!place) throw new Error("nothing is free then");\n', "", "possibly 'undefined'"),
    ],
)
def test_the_compiler_finds_what_does_not_fit_the_document(client: Path, right: str, misspelt: str, said: str) -> None:
    source = (client / SOURCE).read_text(encoding="utf-8")
    assert npm(client, "run", "check").returncode == 0
    assert right in source
    try:
        (client / SOURCE).write_text(source.replace(right, misspelt), encoding="utf-8")
        found = npm(client, "run", "check")
    finally:
        (client / SOURCE).write_text(source, encoding="utf-8")
    assert found.returncode != 0
    assert said in found.stdout


def test_it_books_a_stay_and_gets_a_refusal(client: Path, served: Role) -> None:
    days = [str(date.today() + timedelta(days=ahead)) for ahead in (400, 403)]
    booked = run(client, served, served.password, *days)
    assert booked.returncode == 0, booked.stderr
    assert booked.stdout.rstrip().endswith(", pending")
    for password, asked, said in (
        ("wrong", days, "no account with this address"),
        (served.password, days[::-1], "Validation failed"),
    ):
        refused = run(client, served, password, *asked)
        assert refused.returncode == 1
        assert said in refused.stderr


def run(client: Path, served: Role, password: str, *days: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "API_URL": served.url, "PASSWORD": password}
    command = ["node", "build/book-a-stay.js", *days]
    return subprocess.run(command, cwd=client, env=environment, capture_output=True, check=False, encoding="utf-8")
