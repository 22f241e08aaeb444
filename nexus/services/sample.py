"""The systems with sample data in their database: as a copy of a template, made once a day, or else made in place.

A template is of this clone, for the password is. It is made again when the code of the systems changes, and each day
(UTC), for the stays are counted from today. A database that was filled is marked, so that nothing is done twice.
"""

import hashlib
import hmac
import importlib.metadata
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from nexus import paths
from nexus.services import Home, Service
from nexus.services.rooms import Template, fill_database
from nexus.services.systems import FOLDER, Systems, declared, derived

Fill = Callable[[str], object]
# The mark is on a table inside, so a copy has it too.
MARK = "select obj_description(to_regclass('public.django_migrations'), 'pg_class')"
APPLIED = "select md5(string_agg(concat(app, '.', name), ' ' order by app, name)) from django_migrations"
MOMENTS = """
select relname, array_agg(attname::text) from pg_attribute join pg_class on pg_class.oid = attrelid
where relkind = 'r' and relnamespace = 'public'::regnamespace
  and atttypid = 'timestamptz'::regtype and attgenerated = '' and not attisdropped
group by relname
"""


def role(home: Home, urls: dict[str, str], name: str, settings: dict[str, str]) -> Systems:
    """The server of a role beside the API, on its database."""
    made = home.server(name, {**_addresses(urls), **settings})
    assert isinstance(made, Systems)  # noqa: S101 - for the types: kinds() says so
    return made


def server(home: Home, urls: dict[str, str], settings: dict[str, str], postgres: Service | None) -> Systems:
    """The role's server, whose database is filled while it starts: either takes a core for two seconds."""
    folder = home.folder / "systems"
    server = Systems(folder, {**_addresses(urls), **settings})

    def fill(url: str) -> None:
        Systems(folder, _addresses({**urls, "postgres": url})).make_sample()

    server.meanwhile = lambda: provide(urls["postgres"], fill, server.sample_password(), postgres)
    return server


def _addresses(urls: dict[str, str]) -> dict[str, str]:
    names = declared()["settings"]["addresses"]
    return {names[name]: url for name, url in urls.items() if name in names}


def provide(url: str, fill: Fill, password: str, server: Service | None = None) -> None:
    """See that a database has the systems' tables and sample data. What is there stays.

    fill: puts them into the database whose URL it gets. password: of the accounts. server: where the database is a
    room on this server, it may be replaced by a copy, as long as it is empty and nobody uses it.
    """
    state = _state(password)

    def fill_and_mark(database: str) -> None:
        fill(database)
        _mark(database, state)

    if _is_marked(url, state):
        return
    if server is None:
        fill_and_mark(url)
    elif fill_database(server, urlsplit(url).path.removeprefix("/"), _template(state, fill_and_mark)):
        _move_to_now(url)


def _move_to_now(url: str) -> None:
    """A copy is as old as its template: move it, so that what was just asked for then was just asked for now."""
    with psycopg.connect(url) as connection:
        ((mark,),) = connection.execute(MARK)
        age = datetime.now(UTC) - datetime.fromisoformat(mark.split()[2])
        for table, columns in connection.execute(MOMENTS).fetchall():
            later = [sql.SQL("{0} = {0} + {1}").format(sql.Identifier(column), sql.Literal(age)) for column in columns]
            connection.execute(sql.SQL("update {} set {}").format(sql.Identifier(table), sql.SQL(", ").join(later)))


def _template(state: str, fill: Fill) -> Template:
    family = f"nexus_sample_{paths.scope()}_"
    return Template(f"{family}{state}_{_today()}", family, fill)


def _state(password: str) -> str:
    """Sixteen hexadecimal digits for all that decides the tables and the sample data, but for the day."""
    digest = hashlib.sha256(f"{password} {importlib.metadata.version('django')} ".encode())
    ours = [*sorted(FOLDER.rglob("*.py")), *FOLDER.glob("*.toml"), Path(__file__)]
    for path in [paths.ROOT / "requirements.lock", *ours]:
        text = path.read_bytes()
        digest.update(f"{os.path.relpath(path, FOLDER)} {len(text)} ".encode() + text)
    # With the clone's secret: the name of a database is no secret, and must not give away a password that was chosen.
    return hmac.new(derived("state").encode(), digest.digest(), "sha256").hexdigest()[:16]


def _today() -> str:
    return f"{datetime.now(UTC):%Y%m%d}"


def _is_marked(url: str, state: str) -> bool:
    """Whether the database was filled in this state, and has the migrations that it had then."""
    with psycopg.connect(url) as connection:
        ((mark,),) = connection.execute(MARK)
        return mark is not None and mark.split()[:2] == [state, _applied(connection)]


def _mark(url: str, state: str) -> None:
    with psycopg.connect(url) as connection:
        words = sql.Literal(f"{state} {_applied(connection)} {datetime.now(UTC).isoformat()}")
        connection.execute(sql.SQL("comment on table public.django_migrations is {}").format(words))


def _applied(connection: psycopg.Connection) -> str:
    """A digest of the migrations that the database has."""
    ((applied,),) = connection.execute(APPLIED)
    return str(applied)
