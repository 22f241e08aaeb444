"""A chapter's room: a database, a Redis key space and a RabbitMQ virtual host, empty when the chapter opens."""

import contextlib
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import redis
import requests
from psycopg import sql

from nexus import paths
from nexus.errors import ServiceError
from nexus.services import Service

ROOMS_KEY = "nexus:rooms"  # in database 0: which room has which of the server's numbered databases
# Collation C sorts by code point, so a chapter's stored outputs are the same on every server.
LOCALE_FROM_17 = " encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
LOCALE_BEFORE = " encoding 'UTF8' locale_provider libc lc_collate 'C' lc_ctype 'C.UTF-8'"
# What a server is born with has numbers below 16384.
UNTOUCHED = """
select not exists (
    select oid from pg_class where oid >= 16384 union all select oid from pg_type where oid >= 16384
    union all select oid from pg_proc where oid >= 16384 union all select oid from pg_namespace where oid >= 16384
    union all select oid from pg_extension where oid >= 16384
) and not exists (
    select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and coalesce(backend_type, 'client backend') = 'client backend'
)
"""


def room_name(chapter: str) -> str:
    """`nexus_20_schema_3f2a9c`: the chapter, and the clone, for a server that several clones share."""
    return f"nexus_{re.sub(r'[^a-z0-9]+', '_', chapter.lower())}_{paths.scope()}"


@dataclass(frozen=True)
class Template:
    """A database that rooms are copies of. fill: puts everything into an empty database, whose URL it gets.

    name: says all that decides what `fill` makes. family: how the names of it and of its earlier states begin; those
    are dropped when this one is made.
    """

    name: str
    family: str
    fill: Callable[[str], object]


def open_database(service: Service, room: str, template: str | Path | None = None) -> str:
    """Drop and create the room's database; return its URL.

    template: SQL, or a file of SQL in notebooks/data, that fills a template database. It runs once for each text;
    from then on the room is a copy, which a million rows reach in a moment.
    """
    with psycopg.connect(service.url, autocommit=True) as admin:
        source = _template_database(admin, service, _of_sql(template)) if template else None
        # Two kernels may open one chapter in the same moment: they take turns, and the later one has the room.
        _take_turns(admin, room)
        _replace_database(admin, room, source)
    return _with_path(service.url, room)


def fill_database(service: Service, room: str, template: Template) -> bool:
    """Fill the room's database: as a copy of the template where it is empty and unused, else in place.

    Returns whether it is a copy.
    """
    url = _with_path(service.url, room)
    with psycopg.connect(service.url, autocommit=True) as admin:
        _take_turns(admin, template.family)
        if copied := _is_untouched(url):
            source = _template_database(admin, service, template)
            _take_turns(admin, room)
            _replace_database(admin, room, source)
    if not copied:
        template.fill(url)
    return copied


def keep_database(service: Service, room: str) -> str:
    """Create the room's database unless it is there; return its URL."""
    with psycopg.connect(service.url, autocommit=True) as admin:
        _take_turns(admin, room)
        if not admin.execute("select 1 from pg_database where datname = %s", [room]).fetchone():
            _create_database(admin, room)
    return _with_path(service.url, room)


def open_key_space(service: Service, room: str) -> str:
    """Empty the room's numbered database, which stays the room's own from its first use on; return its URL."""
    with redis.Redis.from_url(service.url, decode_responses=True) as client:
        number = _key_space_number(client, room)
    url = _with_path(service.url, str(number))
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


def open_vhost(service: Service, room: str) -> str:
    """Delete and create the room's virtual host; return its AMQP URL."""
    _manage(service, "DELETE", f"vhosts/{room}")
    return keep_vhost(service, room)


def keep_vhost(service: Service, room: str) -> str:
    """Create the room's virtual host unless it is there; return its AMQP URL."""
    user = urlsplit(service.url).username or "guest"
    _manage(service, "PUT", f"vhosts/{room}")
    _manage(service, "PUT", f"permissions/{room}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
    return _with_path(service.url, quote(room, safe=""))


def close_vhost(service: Service | None, room: str) -> None:
    """Delete the room's virtual host, if it has one: thirty queues of Celery's take 7 MB of RabbitMQ's memory.

    A RabbitMQ that is gone, or refuses, has no say when a chapter ends.
    """
    if service:
        with contextlib.suppress(ServiceError):
            _manage(service, "DELETE", f"vhosts/{room}")


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def _create_database(admin: psycopg.Connection, name: str, source: str | None = None) -> None:
    locale = LOCALE_FROM_17 if admin.info.server_version >= 170000 else LOCALE_BEFORE
    create = sql.SQL("create database {} template {}").format(
        sql.Identifier(name), sql.Identifier(source or "template0")
    )
    # From 15 on, a copy goes through the log by default, which a million rows would fill.
    copy = " strategy file_copy" if admin.info.server_version >= 150000 else ""
    admin.execute(create + sql.SQL(copy if source else locale))


def _replace_database(admin: psycopg.Connection, name: str, source: str | None = None) -> None:
    _drop_database(admin, name)
    _create_database(admin, name, source)


def _drop_database(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _take_turns(admin: psycopg.Connection, name: str) -> None:
    """Wait until no other connection has its turn under this name, and keep ours until this one closes."""
    admin.execute("select pg_advisory_lock(hashtext(%s))", [name])


def _is_untouched(url: str) -> bool:
    """Whether nobody has made anything in the database, and nobody else is connected to it."""
    with psycopg.connect(url) as connection:
        return connection.execute(UNTOUCHED).fetchone() == (True,)


def _of_sql(template: str | Path) -> Template:
    script = (
        (paths.NOTEBOOKS / "data" / template).read_text(encoding="utf-8") if isinstance(template, Path) else template
    )
    name = f"nexus_template_{hashlib.sha256(script.encode()).hexdigest()[:16]}"

    def fill(url: str) -> None:
        with psycopg.connect(url, autocommit=True) as filler:
            filler.execute(script.encode())

    return Template(name, name, fill)


def _template_database(admin: psycopg.Connection, service: Service, template: Template) -> str:
    """The name of the filled database, filled now if it is not there. Two callers never fill it twice."""
    _take_turns(admin, template.family)
    query = "select datname from pg_database where starts_with(datname, %s)"
    there = {name for (name,) in admin.execute(query, [template.family])}
    for old in there - {template.name}:  # of another state, or left half-made by one who was killed
        _drop_database(admin, old)
    if template.name not in there:
        # Named by chance: what fills it may outlive its killed starter, and must not find the next one's.
        part = f"{template.name}_part_{secrets.token_hex(2)}"
        _create_database(admin, part)
        template.fill(_with_path(service.url, part))
        with psycopg.connect(_with_path(service.url, part), autocommit=True) as filler:
            filler.execute("vacuum (freeze, analyze)")
        part_name, name = sql.Identifier(part), sql.Identifier(template.name)
        admin.execute(sql.SQL("alter database {} rename to {}").format(part_name, name))
    return template.name


def _key_space_number(client: redis.Redis, room: str) -> int:
    """The room's number, or the lowest free one. HSETNX decides between two that want the same.

    A room that is opened twice at once takes one: both ask for the numbers in the same order.
    """
    taken = {owner: int(number) for number, owner in client.hgetall(ROOMS_KEY).items()}
    if room in taken:
        return taken[room]
    for number in range(1, int(client.config_get("databases")["databases"] or 16)):
        if client.hsetnx(ROOMS_KEY, str(number), room) or client.hget(ROOMS_KEY, str(number)) == room:
            return number
    raise ServiceError("redis has no numbered database left for this chapter: raise `databases` in its configuration")


def _manage(service: Service, method: str, path: str, body: dict[str, str] | None = None) -> None:
    try:
        answer = requests.request(method, f"{service.api_url}/api/{path}", json=body, timeout=10)
    except requests.RequestException as error:
        where = (service.api_url or "").rpartition("@")[2]
        raise ServiceError(
            f"rabbitmq's management API does not answer at {where}: turn its plugin on, or set NEXUS_RABBITMQ_API_URL"
        ) from error
    if not answer.ok and not (method == "DELETE" and answer.status_code == 404):
        raise ServiceError(f"rabbitmq's management API refused {method} {path}: {answer.status_code} {answer.reason}")
