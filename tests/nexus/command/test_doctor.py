"""`nexus doctor`: what is missing on a machine, and the one command that brings it."""

from pathlib import Path

import pytest

from nexus import services
from tests.nexus.command.command_line import nexus


def programs(monkeypatch: pytest.MonkeyPatch, folder: Path, *names: str) -> None:
    """Make these the only programs of the machine, RabbitMQ not among them."""
    for name in names:
        (folder / name).touch(mode=0o755)
    (folder / ".nexus" / "packages").unlink(missing_ok=True)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("nexus.services.rabbitmq.SCRIPT_PLACES", ())
    monkeypatch.delenv("CONDA_PREFIX", raising=False)


def test_a_machine_with_rabbitmq_and_all_else_passes_the_doctor(clone: Path) -> None:
    result = nexus("doctor")
    assert result.exit_code == 0, result.output
    assert all(line.startswith(("✓", "-")) for line in result.output.splitlines())


@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("apt-get", "NEXUS_APT=1 make lab"),
        ("brew", "brew install rabbitmq"),
        ("ls", "docker compose up -d --wait"),
    ],
)
def test_the_doctor_says_how_to_install_a_missing_broker(
    clone: Path, monkeypatch: pytest.MonkeyPatch, program: str, command: str
) -> None:
    programs(monkeypatch, clone, program)
    result = nexus("doctor")
    assert result.exit_code == 1
    (line,) = (line for line in result.output.splitlines() if line.startswith("✗"))
    assert line.startswith("✗ rabbitmq: ")
    assert f"`{command}`" in line


def test_the_doctor_names_the_rabbitmq_that_would_be_used(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(monkeypatch, clone)
    monkeypatch.setattr(services, "home", lambda: services.Home(clone / ".nexus"))
    script = clone / ".nexus" / "packages" / "usr/lib/rabbitmq/bin/rabbitmq-server"
    script.parent.mkdir(parents=True)
    script.touch(mode=0o755)
    assert f"✓ rabbitmq: can be started, from {script}" in nexus("doctor").output.splitlines()


@pytest.mark.parametrize(("mode", "code"), [(0o644, 1), (0o640, 1), (0o604, 1), (0o600, 0)])
def test_the_doctor_minds_an_env_file_that_others_can_read(
    clone: Path, monkeypatch: pytest.MonkeyPatch, mode: int, code: int
) -> None:
    monkeypatch.setattr("nexus.services.apt.rabbitmq_is_missing", lambda: False)
    (clone / ".env").touch()
    (clone / ".env").chmod(mode)
    result = nexus("doctor")
    assert result.exit_code == code
    assert ("✗ .env can be read by other users of this machine: type `chmod 600 .env`" in result.output) == bool(code)


def test_the_doctor_names_a_setting_that_is_no_url(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nexus.services.apt.rabbitmq_is_missing", lambda: False)
    (clone / ".env").write_text("NEXUS_REDIS_URL=localhost:6379\n", encoding="utf-8")
    (clone / ".env").chmod(0o600)
    result = nexus("doctor")
    assert result.exit_code == 1
    (line,) = (line for line in result.output.splitlines() if line.startswith("✗"))
    assert line.startswith("✗ NEXUS_REDIS_URL is no URL of the form redis://")
