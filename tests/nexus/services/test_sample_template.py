"""The systems' sample data in a database: made once, copied from then on, and never at the cost of what is there."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

import nexus
from nexus import paths
from nexus.services import Service, sample
from nexus.services.rooms import fill_database, keep_database, open_database

AT_ONCE = 4
PASSWORD = "a password"
# Roles belong to the whole server, so each filling leaves a mark outside the database.
FILLING = """
do $$ begin execute 'create role filled_by_' || pg_backend_pid(); end $$;
create table if not exists django_migrations (app text, name text, applied timestamptz not null default now());
insert into django_migrations select 'stays', '0001' where not exists (select from django_migrations);
create table if not exists stays (number int, created_at timestamptz default now(), check_in date default current_date);
insert into stays select generate_series(1, 100) where not exists (select from stays);
"""
KILLED = """
import psycopg, sys
from nexus.services import sample
from nexus.services import Service
def fill(url):
    psycopg.connect(url, autocommit=True).execute("create table half ()")
    print("half", flush=True)
    input()
sample.provide(sys.argv[2], fill, "a password", Service("postgres", "embedded", sys.argv[1]))
"""


def fill(url: str) -> None:
    """What the systems' own command does, in little."""
    with psycopg.connect(url) as connection:
        connection.execute(FILLING)


@pytest.fixture
def postgres(fresh_postgres: Service) -> Service:
    """Without any template or count of fillings."""
    with psycopg.connect(fresh_postgres.url, autocommit=True) as admin:
        for name in templates(fresh_postgres):
            admin.execute(f"drop database {name} with (force)")
        for (name,) in admin.execute("select rolname from pg_roles where rolname like 'filled_by_%'").fetchall():
            admin.execute(f"drop role {name}")
    return fresh_postgres


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Code of systems that is a test's to change."""
    (tmp_path / "stays" / "migrations").mkdir(parents=True)
    (tmp_path / "sample.py").write_text("STAYS = 100", encoding="utf-8")
    (tmp_path / "stays" / "migrations" / "0001_initial.py").write_text("operations = []", encoding="utf-8")
    monkeypatch.setattr(sample, "FOLDER", tmp_path)
    return tmp_path


def ask(url: str, query: str) -> Any:
    with psycopg.connect(url) as connection:
        ((answer,),) = connection.execute(query)
    return answer


def fillings(postgres: Service) -> Any:
    return ask(postgres.url, "select count(*) from pg_roles where rolname like 'filled_by_%'")


def templates(postgres: Service) -> list[str]:
    names = "select array_agg(datname::text) from pg_database where starts_with(datname, 'nexus_sample_')"
    return ask(postgres.url, names) or []


def opened(postgres: Service, room: str = "room") -> str:
    """A room that was opened and then given the sample data."""
    url = open_database(postgres, room)
    sample.provide(url, fill, PASSWORD, postgres)
    return url


def test_the_second_room_fills_nothing(postgres: Service) -> None:
    urls = [opened(postgres), opened(postgres, "other")]
    assert [ask(url, "select count(*) from stays") for url in urls] == [100, 100]
    assert fillings(postgres) == 1


def test_rooms_filled_at_once_fill_one_template(postgres: Service) -> None:
    urls = nexus.race(lambda room: opened(postgres, room), [f"room_{number}" for number in range(AT_ONCE)])
    assert [ask(url, "select count(*) from stays") for url in urls] == [100] * AT_ONCE
    assert fillings(postgres) == 1


def test_what_one_room_writes_the_next_does_not_see(postgres: Service) -> None:
    with psycopg.connect(opened(postgres)) as connection:
        connection.execute("truncate stays")
    assert ask(opened(postgres, "next"), "select count(*) from stays") == 100


@pytest.mark.parametrize("changed", ["sample.py", "stays/migrations/0001_initial.py", "stays/migrations/0002_more.py"])
def test_changed_code_gets_a_new_template_and_drops_the_old(postgres: Service, code: Path, changed: str) -> None:
    opened(postgres)
    (before,) = templates(postgres)
    (code / changed).write_text("CHANGED = True", encoding="utf-8")
    opened(postgres)
    (after,) = templates(postgres)
    assert after != before
    assert fillings(postgres) == 2


def test_each_day_has_its_own_template(postgres: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(postgres)
    monkeypatch.setattr(sample, "_today", lambda: "20991231")
    opened(postgres)
    assert [name[-8:] for name in templates(postgres)] == ["20991231"]


def test_another_password_gets_another_template(postgres: Service) -> None:
    opened(postgres)
    sample.provide(open_database(postgres, "room"), fill, "another", postgres)
    assert len(templates(postgres)) == 1
    assert fillings(postgres) == 2


def test_a_clone_leaves_the_templates_of_another(postgres: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(postgres)
    monkeypatch.setattr(paths, "scope", lambda: "abcdef")
    opened(postgres)
    assert len(templates(postgres)) == 2


def test_a_killed_filling_leaves_nothing_half_made(postgres: Service) -> None:
    url = open_database(postgres, "room")
    command = [sys.executable, "-c", KILLED, postgres.url, url]
    with subprocess.Popen(command, cwd=paths.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as filling:
        assert filling.stdout
        assert filling.stdout.readline() == b"half\n"
        os.kill(filling.pid, signal.SIGKILL)
    sample.provide(url, fill, PASSWORD, postgres)
    assert ask(url, "select to_regclass('half') is null and count(*) = 100 from stays")
    assert ["part" in name for name in templates(postgres)] == [False]


def test_a_copy_is_as_young_as_its_room(postgres: Service) -> None:
    opened(postgres)
    (name,) = templates(postgres)
    with psycopg.connect(postgres.url.replace("/postgres", f"/{name}")) as connection:
        ((mark,),) = connection.execute(sample.MARK)
        *state, moment = mark.split()
        earlier = datetime.fromisoformat(moment) - timedelta(hours=5)
        words = sql.Literal(" ".join([*state, earlier.isoformat()]))
        connection.execute(sql.SQL("comment on table django_migrations is {}").format(words))
        connection.execute("update stays set created_at = created_at - interval '5 hours'")
    url = opened(postgres)
    assert ask(url, "select max(now() - created_at) < interval '1 minute' from stays")
    assert ask(url, "select min(now() - created_at) >= interval '0' from stays")
    assert ask(url, "select bool_and(check_in = current_date) from stays")


# --- what is there stays


def with_rows_of_its_own(postgres: Service) -> str:
    url = open_database(postgres, "room", "create table mine as select 1 as number")
    sample.provide(url, fill, PASSWORD, postgres)
    return url


def with_a_connection_open(postgres: Service) -> str:
    url = open_database(postgres, "room")
    with psycopg.connect(url) as connection:
        sample.provide(url, fill, PASSWORD, postgres)
        connection.execute("create table mine as select 1 as number")
    return url


def on_a_server_of_somebody_elses(postgres: Service) -> str:
    url = open_database(postgres, "room", "create table mine as select 1 as number")
    sample.provide(url, fill, PASSWORD)
    return url


@pytest.mark.parametrize(
    "filled", [with_rows_of_its_own, with_a_connection_open, on_a_server_of_somebody_elses], ids=lambda f: f.__name__
)
def test_a_room_in_use_is_filled_in_place(postgres: Service, filled: Callable[[Service], str]) -> None:
    url = filled(postgres)
    assert ask(url, "select count(*) from mine") == 1
    assert ask(url, "select count(*) from stays") == 100
    assert templates(postgres) == []


def kept(postgres: Service, room: str) -> str:
    url = keep_database(postgres, room)
    sample.provide(url, fill, PASSWORD, postgres)
    return url


def test_a_kept_database_is_filled_once_and_keeps_its_rows(postgres: Service) -> None:
    with psycopg.connect(kept(postgres, "kept")) as connection:
        connection.execute("delete from stays where number > 1")
    assert ask(kept(postgres, "kept"), "select count(*) from stays") == 1
    assert fillings(postgres) == 1


def test_a_kept_database_gets_what_changed_code_brings(postgres: Service, code: Path) -> None:
    with psycopg.connect(kept(postgres, "changing")) as connection:
        connection.execute("update stays set created_at = '2020-01-01' where number = 1")
    (code / "sample.py").write_text("CHANGED = True", encoding="utf-8")
    url = kept(postgres, "changing")
    assert fillings(postgres) == 2
    assert ask(url, "select count(*) from stays where created_at = '2020-01-01'") == 1


def test_a_migration_that_was_taken_back_is_applied_again(postgres: Service) -> None:
    url = opened(postgres)
    with psycopg.connect(url) as connection:
        connection.execute("delete from django_migrations")
    sample.provide(url, fill, PASSWORD, postgres)
    assert ask(url, "select count(*) from django_migrations") == 1


def test_a_room_that_another_filled_meanwhile_is_not_replaced(postgres: Service) -> None:
    """Both saw an empty database; the second gets its turn when the first has filled it and somebody has written."""
    url, template = open_database(postgres, "room"), sample._template("0123456789abcdef", fill)
    assert fill_database(postgres, "room", template)
    with psycopg.connect(url) as connection:
        connection.execute("insert into stays values (101)")
    assert not fill_database(postgres, "room", template)
    assert ask(url, "select count(*) from stays") == 101
