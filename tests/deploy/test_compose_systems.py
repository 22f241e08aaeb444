"""The profile `systems` of the compose file, brought up: one booking passes through it, to its mail."""

import re
import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from nexus import paths
from nexus.services.ports import free_ports
from tests.deploy.test_compose import IMAGES, docker

PORTS = ("POSTGRES", "REDIS", "RABBITMQ", "RABBITMQ_API", "SYSTEMS", "MAIL", "PROVIDER")
UP = ("compose", "--profile", "systems", "up", "--detach", "--wait", "--wait-timeout", "600")
DOWN = ("compose", "--profile", "systems", "down", "--volumes", "--timeout", "5")
PYTHON = "python:3.13-slim"
MAILPIT = "axllent/mailpit:v1.30"
# Where Mailpit can't be pulled: our own inbox, on Mailpit's ports.
SUBSTITUTE = """FROM nexus-systems
ENV INBOX_HOST=0.0.0.0 INBOX_PORT=8025 INBOX_SMTP_PORT=1025 INBOX_HOSTS=mail
HEALTHCHECK --interval=2s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8025/readyz')"]
CMD ["python", "-m", "nexus.sandbox.inbox"]
"""
PATIENCE_SECONDS = 120
pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]


def has_image(name: str) -> bool:
    return not docker("image", "inspect", name).returncode or not docker("pull", name).returncode


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    return dict(zip(PORTS, free_ports([None] * len(PORTS)), strict=True))


@pytest.fixture(scope="module")
def project(ports: dict[str, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the image is made of, and a `.env` as in the example, but for free ports."""
    folder = tmp_path_factory.mktemp("systems in compose")
    for name in ("docker-compose.yml", "Dockerfile", ".dockerignore", "requirements.lock"):
        shutil.copy(paths.ROOT / name, folder)
    for name in ("nexus", "systems"):
        shutil.copytree(paths.ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    example = (paths.ROOT / ".env.example").read_text(encoding="utf-8")
    (folder / ".env").write_text(
        re.sub(r"^(\w+)_PORT=.*$", lambda line: f"{line[1]}_PORT={ports[line[1]]}", example, flags=re.M),
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def up(project: Path) -> Iterator[Path]:
    """The folder, where all of it is up."""
    if not shutil.which("docker") or docker("info").returncode:
        pytest.skip("no Docker engine answers here")
    if missing := [image for image in (*IMAGES, PYTHON) if not has_image(image)]:
        pytest.skip(f"these images are not here and cannot be pulled: {', '.join(missing)}")
    try:
        built = docker("compose", "--profile", "systems", "build", folder=project)
        assert built.returncode == 0, built.stderr[-3000:]
        make_mail_catcher(project)
        started = docker(*UP, folder=project)
        assert started.returncode == 0, started.stderr[-3000:]
        yield project
    finally:
        docker(*DOWN, folder=project)


def make_mail_catcher(project: Path) -> None:
    if not has_image(MAILPIT):
        (project / "mail").mkdir()
        (project / "mail" / "Dockerfile").write_text(SUBSTITUTE, encoding="utf-8")
        assert docker("build", "--tag", MAILPIT, "mail", folder=project).returncode == 0


def mails(port: int) -> list[tuple[str, str]]:
    """To whom and about what, of all mails: as Mailpit says it, or our own inbox."""
    answer = requests.get(f"http://127.0.0.1:{port}/api/v1/messages", timeout=10)
    if answer.ok:
        return [(mail["To"][0]["Address"], mail["Subject"]) for mail in answer.json()["messages"]]
    own = requests.get(f"http://127.0.0.1:{port}/messages.json", timeout=10).json()
    return [(mail["to"][0], mail["subject"]) for mail in own]


def waited_for(port: int, to: set[str]) -> set[str]:
    """Who has mail, once all of these have some, or when the patience is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not to <= {address for address, _ in mails(port)} and time.monotonic() < deadline:
        time.sleep(0.5)
    return {address for address, _ in mails(port)}


def signed_in(api: str, email: str, password: str) -> requests.Session:
    session = requests.Session()
    answer = session.post(f"{api}/auth/token/", json={"email": email, "password": password}, timeout=30)
    session.headers["Authorization"] = f"Bearer {answer.json()['access']}"
    return session


def booked(guest: requests.Session, api: str) -> dict[str, Any]:
    listing = guest.get(f"{api}/listings/", timeout=30).json()["results"][0]
    arrival = date.today() + timedelta(days=400)
    stay = {"listing": listing["id"], "check_in": str(arrival), "check_out": str(arrival + timedelta(1)), "guests": 1}
    answer = guest.post(f"{api}/bookings/", json=stay, timeout=30)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_booking_passes_through_to_its_mail(up: Path, ports: dict[str, int]) -> None:
    api = f"http://127.0.0.1:{ports['SYSTEMS']}/api/v1"
    guest = signed_in(api, "guest@example.com", "for-this-machine-only")
    booked(guest, api)
    assert "guest@example.com" in waited_for(ports["MAIL"], {"guest@example.com"})


def test_every_role_runs_as_an_ordinary_user(up: Path) -> None:
    for role in ("api", "worker", "relay", "beat", "provider"):
        asked = docker("compose", "--profile", "systems", "exec", "-T", role, "id", "-un", folder=up)
        assert asked.stdout.strip() == "nobody", (role, asked.stderr)
