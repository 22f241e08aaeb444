"""The compose file, brought up for real wherever a Docker engine answers, and the lab on top of it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nexus import paths, services
from nexus.services.external import from_compose
from nexus.services.ports import free_ports
from nexus.services.rooms import open_database, open_key_space, open_vhost

IMAGES = ("postgres:18", "redis:8", "rabbitmq:4-management")
NO_ENV = 'type "cp .env.example .env" first'


def docker(*words: str, folder: Path = paths.ROOT) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NEXUS", "POSTGRES"))}
    return subprocess.run(["docker", *words], cwd=folder, env=clean, capture_output=True, check=False, encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> None:
    if not shutil.which("docker") or docker("compose", "version").returncode:
        pytest.skip("docker compose is not installed here")


@pytest.fixture(scope="module")
def engine(compose: None) -> None:
    if docker("info").returncode:
        pytest.skip("no Docker engine answers here")
    missing = [
        image for image in IMAGES if docker("image", "inspect", image).returncode and docker("pull", image).returncode
    ]
    if missing:
        pytest.skip(f"these images are not here and cannot be pulled: {', '.join(missing)}")


@pytest.fixture(scope="module")
def project(compose: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the compose file and a `.env` as the example has it, but for free ports."""
    folder = tmp_path_factory.mktemp("a folder of compose")
    shutil.copy(paths.ROOT / "docker-compose.yml", folder)
    example = (paths.ROOT / ".env.example").read_text(encoding="utf-8")
    for usual, free in zip((5432, 6379, 5672, 15672), free_ports([None] * 4), strict=True):
        example = example.replace(f"_PORT={usual}\n", f"_PORT={free}\n")
    (folder / ".env").write_text(example, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def up(engine: None, project: Path) -> Iterator[Path]:
    try:
        started = docker("compose", "up", "-d", "--wait", folder=project)
        assert started.returncode == 0, started.stderr
        yield project
    finally:
        docker("compose", "down", "--volumes", "--timeout", "2", folder=project)


def test_every_port_is_bound_to_the_loopback_address(project: Path) -> None:
    config = json.loads(docker("compose", "config", "--format", "json", folder=project).stdout)
    assert set(config["services"]) == set(services.NAMES)
    ports = [port for service in config["services"].values() for port in service["ports"]]
    assert len(ports) == 4
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}
    assert [service["image"] for service in config["services"].values()] == sorted(IMAGES)


def test_every_service_has_a_health_check_and_a_named_volume(project: Path) -> None:
    config = json.loads(docker("compose", "config", "--format", "json", folder=project).stdout)
    for service in config["services"].values():
        assert service["healthcheck"]["test"]
        assert [volume["type"] for volume in service["volumes"]] == ["volume"]


def test_without_an_env_file_compose_says_what_to_do(compose: None, tmp_path: Path) -> None:
    shutil.copy(paths.ROOT / "docker-compose.yml", tmp_path)
    stopped = docker("compose", "up", "-d", folder=tmp_path)
    assert stopped.returncode != 0
    assert NO_ENV in stopped.stderr
    assert len(stopped.stderr.strip().splitlines()) == 1


def test_the_lab_opens_rooms_in_its_own_folders_containers(up: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services.kinds()  # they read files of this folder when they are loaded
    monkeypatch.setattr("nexus.paths.ROOT", up)
    found = services.use()
    assert {service.origin for service in found.values()} == {"compose"}
    assert open_database(found["postgres"], "nexus_try").endswith("/nexus_try")
    assert open_key_space(found["redis"], "nexus_try").rpartition("/")[2].isdigit()
    assert open_vhost(found["rabbitmq"], "nexus_try").endswith("/nexus_try")


def test_the_containers_of_another_folder_are_not_taken(
    up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(up / "docker-compose.yml", tmp_path)
    shutil.copy(up / ".env", tmp_path)
    monkeypatch.setattr("nexus.paths.ROOT", tmp_path)
    assert from_compose() == {}


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_the_chapters_give_the_same_outputs_on_the_containers(up: Path) -> None:
    for part in ("nexus", "systems", "exercises", "notebooks", "pyproject.toml", "requirements.lock", "conftest.py"):
        source = paths.ROOT / part
        shutil.copytree(source, up / part) if source.is_dir() else shutil.copy(source, up)
    environment = {**os.environ, "PYTHONPATH": str(up), "NEXUS_HOME": str(up / ".nexus")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "notebooks"]
    run = subprocess.run(command, cwd=up, env=environment, capture_output=True, check=False, encoding="utf-8")
    assert run.returncode == 0, run.stdout[-5000:]
    assert not (up / ".nexus" / "postgres").exists(), "the lab started a server of its own"
