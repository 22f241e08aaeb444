"""Which server a chapter gets: the one named by URL, the one of this folder's compose project, or the clone's own."""

import os
import subprocess
import sys

import pytest

from nexus import services
from nexus.errors import ServiceError
from nexus.services import Home
from nexus.services.external import from_environment


@pytest.fixture
def named_redis(home: Home, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Redis that is not the clone's, named in the environment."""
    home.folder.mkdir(parents=True)
    url = home.server("redis").start().url
    monkeypatch.setenv("NEXUS_REDIS_URL", url)
    return url


def test_a_server_named_by_url_wins_over_the_clones_own(named_redis: str) -> None:
    found = services.use(("redis",))["redis"]
    assert (found.origin, found.url) == ("environment", named_redis)


def test_without_a_url_the_clone_has_a_server_of_its_own() -> None:
    assert services.use(("redis",))["redis"].origin == "embedded"


def test_the_environment_overrides_a_url_in_the_env_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.folder.mkdir(parents=True)
    (home.folder / ".env").write_text("NEXUS_REDIS_URL=redis://:file@127.0.0.1:1\n", encoding="utf-8")
    monkeypatch.setattr("nexus.paths.ROOT", home.folder)
    monkeypatch.delenv("NEXUS_REDIS_URL", raising=False)
    assert from_environment("redis").url == "redis://:file@127.0.0.1:1"  # type: ignore[union-attr]
    monkeypatch.setenv("NEXUS_REDIS_URL", "redis://:environment@127.0.0.1:2")
    assert from_environment("redis").url == "redis://:environment@127.0.0.1:2"  # type: ignore[union-attr]


def test_a_silent_server_is_one_line_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_POSTGRES_URL", "postgresql://me:hush@127.0.0.1:1/db")
    with pytest.raises(ServiceError) as caught:
        services.use(("postgres",))
    said = str(caught.value)
    assert said.startswith("postgres at 127.0.0.1:1 does not answer")
    assert said.endswith("check NEXUS_POSTGRES_URL")
    assert "hush" not in said
    assert "\n" not in said


@pytest.mark.parametrize("url", ["http://localhost", "amqp://", "amqp://host:port/", "amqp://host:99999/"])
def test_a_url_of_the_wrong_kind_is_refused_with_the_right_form(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_RABBITMQ_URL", url)
    with pytest.raises(
        ServiceError, match=r"^NEXUS_RABBITMQ_URL is no URL of the form amqp://user:password@host:port/$"
    ):
        services.find(("rabbitmq",))


@pytest.mark.parametrize(
    ("amqp", "api", "expected"),
    [
        ("amqp://u:p@h:5/", None, "http://u:p@h:15672"),
        ("amqp://h", None, "http://guest:guest@h:15672"),
        ("amqp://u:p@h:5/", "https://h:9/", "https://u:p@h:9"),
        ("amqp://u:p@h:5/", "https://a:b@h:9", "https://a:b@h:9"),
    ],
)
def test_the_management_api_is_the_usual_one_unless_named(
    amqp: str, api: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXUS_RABBITMQ_URL", amqp)
    monkeypatch.setenv("NEXUS_RABBITMQ_API_URL", api or "")
    assert from_environment("rabbitmq").api_url == expected  # type: ignore[union-attr]


def test_a_chapter_works_without_rabbitmq_unless_it_needs_it() -> None:
    """On a machine without rabbitmq-server, which an empty PATH and no known place stand for."""
    code = """
import pathlib
import nexus.services.rabbitmq as rabbitmq
rabbitmq.SCRIPT_PLACES, rabbitmq.unpacked = (), lambda: pathlib.Path("nowhere").absolute()
rabbitmq.shutil.which = lambda name, path=None: "/usr/bin/apt-get" if name == "apt-get" else None
import nexus
print(nexus.open("test-two", needs=["postgres", "redis"]).sql("select 1"))
try:
    nexus.open("test-three")
except nexus.NexusError as error:
    print(error)
"""
    environment = {**os.environ, "NEXUS_HOME": ".nexus/test-without-rabbitmq"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True, encoding="utf-8"
    )
    works, stops = run.stdout.splitlines()
    assert works == "[1]"
    assert stops == "rabbitmq-server is missing: type `NEXUS_APT=1 make lab`, then try again"
