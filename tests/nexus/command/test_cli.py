"""The command line: mistakes end in one line and exit code 1, and no password is ever shown."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from nexus import services
from nexus.command.display import Steps, console
from nexus.progress import remember
from nexus.services.external import VARIABLES
from tests.nexus.command.command_line import nexus, one_line_error

SCHEMES = {"postgres": "postgresql", "redis": "redis", "rabbitmq": "amqp"}


@pytest.fixture
def refusing_api() -> Iterator[int]:
    """A port where a web server knows nobody."""

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(401)

        def log_message(self, *_: object) -> None:
            """Not into the test's output."""

    with HTTPServer(("127.0.0.1", 0), Refusal) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


# --- chapters


def test_a_reset_of_an_unknown_chapter_ends_in_one_line(clone: Path) -> None:
    assert "no chapter '99': the chapters are 00-start" in one_line_error(nexus("reset", "99"))


def test_a_reset_says_where_both_copies_are(clone: Path) -> None:
    first, again = (nexus("reset", "00").output.splitlines() for _ in range(2))
    assert first[0] == "work/00-start.ipynb is clean"
    assert again[0] == "work/00-start.ipynb is clean; yours is work/earlier/00-start-1.ipynb"
    assert "Reload Notebook from Disk" in again[1]


def test_a_reset_without_a_name_lists_the_chapters(clone: Path) -> None:
    assert nexus("reset").output.splitlines() == ["00-start", "Name one of them, or its number: `nexus reset 00`"]


def test_progress_shows_for_each_chapter_what_is_solved(clone: Path) -> None:
    assert "0 of 2" in nexus("progress").output
    remember("00-start", "hard")
    remember("00-start", "an exercise that is no more")
    assert nexus("progress").output.split() == ["00-start", "1", "of", "2", "✓hard"]


# --- servers named by a URL


def test_an_up_that_fails_does_not_make_servers_stay(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = services.Home(clone / ".nexus")
    monkeypatch.setattr(services, "home", lambda: home)
    monkeypatch.setenv("NEXUS_REDIS_URL", "localhost:6379")
    one_line_error(nexus("up"))
    home.release()
    assert not home.keep.exists()


@pytest.mark.parametrize("command", ["status", "up", "run"])
def test_a_url_without_a_scheme_ends_in_one_line(clone: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("NEXUS_REDIS_URL", "localhost:6379")
    assert "NEXUS_REDIS_URL is no URL of the form redis://" in one_line_error(nexus(command))


@pytest.mark.parametrize("name", services.NAMES)
def test_a_url_where_nothing_answers_is_one_line(
    clone: Path, monkeypatch: pytest.MonkeyPatch, closed_port: int, name: str
) -> None:
    monkeypatch.setenv(VARIABLES[name], f"{SCHEMES[name]}://user:secret@127.0.0.1:{closed_port}/")
    monkeypatch.setenv("NEXUS_RABBITMQ_API_URL", f"http://127.0.0.1:{closed_port}")
    line = one_line_error(nexus("run"))
    assert f"{name} at 127.0.0.1:{closed_port} does not answer" in line
    assert VARIABLES[name] in line
    assert "secret" not in line


@pytest.mark.parametrize("command", ["status", "doctor"])
@pytest.mark.parametrize("name", services.NAMES)
def test_a_silent_server_is_shown_without_its_password(
    clone: Path, monkeypatch: pytest.MonkeyPatch, closed_port: int, name: str, command: str
) -> None:
    monkeypatch.setenv(VARIABLES[name], f"{SCHEMES[name]}://user:secret@127.0.0.1:{closed_port}/")
    monkeypatch.setenv("NEXUS_RABBITMQ_API_URL", f"http://127.0.0.1:{closed_port}")
    output = nexus(command).output
    assert f"127.0.0.1:{closed_port}" in output
    assert "does not answer" in output
    assert "secret" not in output


@pytest.mark.parametrize("command", ["status", "doctor", "run"])
def test_a_page_that_refuses_the_user_hides_the_password(
    clone: Path, monkeypatch: pytest.MonkeyPatch, refusing_api: int, command: str
) -> None:
    monkeypatch.setenv("NEXUS_RABBITMQ_URL", "amqp://user:secret@127.0.0.1/")
    monkeypatch.setenv("NEXUS_RABBITMQ_API_URL", f"http://127.0.0.1:{refusing_api}")
    output = nexus(command).output
    assert "does not answer" in output
    assert "secret" not in output


@pytest.mark.parametrize("command", ["status", "doctor"])
def test_servers_of_the_clone_are_shown_without_their_passwords(command: str) -> None:
    found = services.use()
    output = nexus(command).output
    for service in found.values():
        assert service.url.split(":")[2].partition("@")[0] not in output
    for name in services.NAMES:
        assert name in output


def test_status_names_the_program_of_a_running_rabbitmq() -> None:
    services.use(("rabbitmq",))
    (erlang,) = (p for p in services.home().server("rabbitmq").processes() if p.name() == "beam.smp")
    assert f"  program   {erlang.exe()}" in nexus("status").output.splitlines()


def test_status_says_where_a_server_is_and_what_it_costs() -> None:
    service = services.use(("redis",))["redis"]
    lines = nexus("status").output.splitlines()
    of_redis = dict(line.split(maxsplit=1) for line in lines[lines.index("redis") + 1 : lines.index("rabbitmq")])
    server = services.home().server("redis")
    assert of_redis["origin"] == service.origin
    assert of_redis["address"] == service.address
    assert of_redis["data"] == str(server.data)
    assert of_redis["process"] == str(server.processes()[0].pid)
    assert float(of_redis["memory"].split()[0]) > 0


def test_status_of_another_users_server_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    services.use(("redis",))
    monkeypatch.setattr("nexus.services.processes.find", lambda programs, folders: [])
    assert "  process   another user's" in nexus("status").output.splitlines()


# --- display


def test_what_is_said_is_shown_letter_by_letter(capsys: pytest.CaptureFixture[str]) -> None:
    console.print("the clone is at /home/me/[my] clone :cat:")
    assert capsys.readouterr().out == "the clone is at /home/me/[my] clone :cat:\n"


def test_each_step_leaves_a_line_that_says_whether_it_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    with Steps() as steps:
        with steps("redis", "starting"):
            pass
        with pytest.raises(ValueError, match="broken"), steps("postgres", "starting"):
            raise ValueError("broken")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("✓ redis: started")
    assert second.startswith("✗ postgres: starting")
