"""How the systems use their servers: the bounds that reach Postgres, a wait that ends, and Redis by purpose."""

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from nexus import paths
from systems.accounts import failed_logins
from systems.core.postgres import base
from systems.core.silence import Silence
from systems.settings.services import _database
from tests.systems import room

LIMITS = "import systems.settings as s; print(s.REDIS['limits']['url'], s.CACHES['default']['LOCATION'])"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("application_name", "systems"),
        ("statement_timeout", "1min"),
        ("lock_timeout", "1min"),
        ("idle_in_transaction_session_timeout", "10s"),
    ],
)
def test_a_bound_reaches_postgres(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"show {name}")
        assert cursor.fetchone() == (value,)


def test_the_client_finds_out_when_its_server_is_gone() -> None:
    with connection.cursor() as cursor:
        known = cursor.connection.info.get_parameters()
    assert (known["keepalives_idle"], known["tcp_user_timeout"], known["connect_timeout"]) == ("30", "10000", "3")


def test_parameters_of_the_url_go_with_ours() -> None:
    found = _database("postgresql://me:p%40ss@h:1/d?sslmode=require&options=-c%20work_mem%3D8MB&connect_timeout=9")
    assert [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == ["d", "me", "p@ss", "h", "1"]
    assert (found["OPTIONS"]["sslmode"], found["OPTIONS"]["connect_timeout"]) == ("require", "9")
    assert found["OPTIONS"]["options"].startswith("-c statement_timeout=60000 ")
    assert found["OPTIONS"]["options"].endswith(" -c work_mem=8MB")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own that waits a tenth of a second for an answer, and whose server ends nothing."""
    monkeypatch.setattr(base.DatabaseWrapper, "_silences", defaultdict(base.silence_of_postgres))
    copied = connection.copy()
    options = {"options": "-c statement_timeout=0", "answer_seconds": 0.1}
    copied.settings_dict = {**copied.settings_dict, "OPTIONS": {**copied.settings_dict["OPTIONS"], **options}}
    yield copied
    copied.close()


def test_after_a_timeout_no_connection_is_opened_at_once(
    hurried: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hurried.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("select pg_sleep(30)")
    assert not hurried.is_usable()
    hurried.close()
    with pytest.raises(OperationalError, match="did not answer a moment ago"):
        hurried.ensure_connection()
    monkeypatch.setattr("systems.core.silence.PAUSE_SECONDS", 0)
    hurried.ensure_connection()
    assert hurried.is_usable()


def test_a_kept_connection_that_answers_ends_a_silence(hurried: BaseDatabaseWrapper) -> None:
    """Else the first requests after an outage are refused where another thread connects slowly."""
    hurried.ensure_connection()
    silence = base.DatabaseWrapper._silences[hurried.alias]
    silence.begins()
    assert hurried.is_usable()
    with silence.observed(), silence.observed():
        pass


def test_after_a_silence_one_thread_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("systems.core.silence.PAUSE_SECONDS", 0)
    silence, meet = Silence("it", timeout=TimeoutError, refusal=ConnectionError), Barrier(2, timeout=30)
    silence.begins()

    def first() -> None:
        with silence.observed():
            meet.wait()
            meet.wait()

    thread = Thread(target=first)
    thread.start()
    meet.wait()
    with pytest.raises(ConnectionError), silence.observed():
        pass
    meet.wait()
    thread.join()
    with silence.observed(), silence.observed():  # the first one had an answer: it is over, for all of them
        pass


def test_a_silence_may_need_several_waits_in_a_row() -> None:
    silence = Silence("it", timeout=TimeoutError, refusal=ConnectionError, after=2)

    def ask(error: type[Exception] | None) -> type[Exception] | None:
        try:
            with silence.observed():
                if error:
                    raise error
        except (TimeoutError, ConnectionError, ValueError) as raised:
            return type(raised)
        return None

    asked = [TimeoutError, None, TimeoutError, ValueError, TimeoutError, TimeoutError, None]  # any other error answers
    assert [ask(error) for error in asked] == [*asked[:-1], ConnectionError]


def test_who_waits_for_the_one_that_tries_goes_on_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("systems.core.silence.PAUSE_SECONDS", 0)
    monkeypatch.setattr("systems.core.silence.TURN_SECONDS", 30)
    silence, all_in = Silence("it", timeout=TimeoutError, refusal=ConnectionError), Barrier(8, timeout=30)
    silence.begins()

    def ask(number: int) -> bool:
        all_in.wait()
        with silence.observed():
            return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [True] * 8


def test_each_purpose_has_keys_of_its_own() -> None:
    client = redis.Redis.from_url(settings.REDIS["cache"]["url"])
    cache.set("page", 1, timeout=60)
    failed_logins.hit("5/minute", "login-address", "192.0.2.1")
    assert {key[:6] for key in client.scan_iter()} == {b"cache:", b"limits"}
    cache.clear()


def test_a_purpose_may_have_a_server_of_its_own() -> None:
    environment = {name: value for name, value in room.settings.items() if name.startswith("SYSTEMS_")}
    own = {"SYSTEMS_REDIS_URL": "redis://one", "SYSTEMS_LIMITS_URL": "redis://other"}
    done = subprocess.run(
        [sys.executable, "-c", LIMITS],
        cwd=paths.ROOT,
        env={"PATH": os.environ["PATH"], **environment, **own},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert done.stdout.split() == ["redis://other", "redis://one"]
