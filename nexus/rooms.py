"""A chapter's room: a database, a Redis key space and a RabbitMQ virtual host, empty when the chapter opens."""

import hashlib
import re
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


def room_name(chapter: str) -> str:
    """`nexus_20_schema_3f2a9c`: the chapter, and the clone, for a server that several clones share."""
    return f"nexus_{re.sub(r'[^a-z0-9]+', '_', chapter.lower())}_{paths.scope()}"


def open_database(service: Service, room: str, template: str | Path | None = None) -> str:
    """Drop and create the room's database; return its URL.

    template: SQL, or a file of SQL in notebooks/data, that fills a template database. It runs once for each text;
    from then on the room is a copy, which a million rows reach in a moment.
    """
    with psycopg.connect(service.url, autocommit=True) as admin:
        source = _template_database(admin, service, template) if template else None
        # Two kernels may open one chapter in the same moment: they take turns, and the later one has the room.
        admin.execute("select pg_advisory_lock(hashtext(%s))", [room])
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(room)))
        _create_database(admin, room, source)
    return _with_path(service.url, room)


def keep_database(service: Service, room: str) -> str:
    """Create the room's database unless it is there; return its URL."""
    with psycopg.connect(service.url, autocommit=True) as admin:
        admin.execute("select pg_advisory_lock(hashtext(%s))", [room])
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
    user = urlsplit(service.url).username or "guest"
    _manage(service, "DELETE", f"vhosts/{room}")
    _manage(service, "PUT", f"vhosts/{room}")
    _manage(service, "PUT", f"permissions/{room}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
    return _with_path(service.url, quote(room, safe=""))


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


def _template_database(admin: psycopg.Connection, service: Service, template: str | Path) -> str:
    """The name of the database that the SQL filled, filled now if it is not there. Two callers never fill it twice."""
    script = (paths.NOTEBOOKS / "data" / template).read_text() if isinstance(template, Path) else template
    name = f"nexus_template_{hashlib.sha256(script.encode()).hexdigest()[:16]}"
    admin.execute("select pg_advisory_lock(hashtext(%s))", [name])
    if not admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        part = f"{name}_part"
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(part)))
        _create_database(admin, part)
        with psycopg.connect(_with_path(service.url, part), autocommit=True) as filler:
            filler.execute(script.encode())
            filler.execute("vacuum (freeze, analyze)")
        admin.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(part), sql.Identifier(name)))
    return name


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
