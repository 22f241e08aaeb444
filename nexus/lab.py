"""What a chapter's first cell opens: its room on the live services, and the handles to reach it."""

import atexit
import shutil
import uuid
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pika
import psycopg
import redis

from nexus import interrupts, services
from nexus.errors import NexusError
from nexus.lua import Script, source
from nexus.plan import Plan, explain
from nexus.services.home import Home
from nexus.services.inbox import Inbox
from nexus.services.provider import Provider
from nexus.services.rooms import close_vhost, open_database, open_key_space, open_vhost, room_name
from nexus.services.server import Settings
from nexus.tables import Table

if TYPE_CHECKING:
    import sqlalchemy

    from nexus.diagram import Diagram
    from nexus.django import Application

OWN = (*services.NAMES, "inbox", "provider")  # what a chapter may have a server of its own of
_open: dict[str, "Lab"] = {}


class Lab:
    """A chapter's room. Made by `nexus.open`; opening the chapter again empties the room."""

    def __init__(self, chapter: str, needs: Sequence[str], template: str | Path | None) -> None:
        self.chapter = chapter
        self.services = services.use(tuple(needs))
        self.urls: dict[str, str] = {}
        self.owned: list[Any] = []  # what goes when the chapter closes
        room = room_name(chapter)
        if "postgres" in needs:
            self.urls["postgres"] = open_database(self.services["postgres"], room, template)
        if "redis" in needs:
            self.urls["redis"] = open_key_space(self.services["redis"], room)
        if "rabbitmq" in needs:
            self.urls["rabbitmq"] = open_vhost(self.services["rabbitmq"], room)

    def url(self, name: str) -> str:
        """The address of the room on one service, with its password. Raises NexusError where it was not asked for."""
        if name not in self.urls:
            raise NexusError(f'{self.chapter} was opened without {name}: add "{name}" to needs in its first cell')
        return self.urls[name]

    # --- Postgres

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A new psycopg connection to the room's database. Options as in `psycopg.connect`."""
        return psycopg.connect(self.url("postgres"), **options)

    @cached_property
    def engine(self) -> "sqlalchemy.Engine":
        """SQLAlchemy's engine on the room's database."""
        import sqlalchemy  # not at the top: it takes half a second to load

        url = sqlalchemy.make_url(self.url("postgres")).set(drivername="postgresql+psycopg")
        return sqlalchemy.create_engine(url)

    def sql(self, query: str, parameters: Sequence[Any] | None = None) -> Any:
        """Run one statement, commit, and return its rows: a Table, or bare values where there is one column.

        None from a statement that has no rows to give, such as an insert.
        """
        with self.connect() as connection:
            cursor = connection.execute(query, parameters)
            if cursor.description is None:
                return None
            columns, rows = [column.name for column in cursor.description], cursor.fetchall()
        return [row[0] for row in rows] if len(columns) == 1 else Table(rows, columns)

    def refusal(self, query: str, parameters: Sequence[Any] | None = None) -> str:
        """Run a statement that the database must refuse; return its words.

        Raises AssertionError if it is accepted, and psycopg's ProgrammingError if the statement itself is wrong.
        """
        try:
            self.sql(query, parameters)
        except psycopg.errors.InsufficientPrivilege as error:
            return said(error)
        except psycopg.ProgrammingError:
            raise  # a slip of the pen is no refusal
        except psycopg.Error as error:
            return said(error)
        raise AssertionError(f"the database accepted: {query}")

    def plan(self, query: "str | sqlalchemy.ClauseElement", parameters: Sequence[Any] | None = None) -> Plan:
        """How Postgres runs a query: node names, rows and buffers, in numbers that repeat (see `nexus.plan`).

        query: SQL, with the values of its %s in parameters; or a statement of SQLAlchemy's.
        """
        if not isinstance(query, str):
            query = str(query.compile(self.engine, compile_kwargs={"literal_binds": True}))
        with self.connect(autocommit=True) as connection:
            return explain(connection, query, parameters)

    def diagram(self, *tables: str) -> "Diagram":
        """An entity-relationship diagram of these tables, or of all, as the database has them now."""
        with interrupts.held_back():
            from nexus.diagram import draw  # not at the top: matplotlib takes most of a second to load

        return draw(self.engine, tables)

    # --- Redis and RabbitMQ

    @cached_property
    def redis(self) -> "redis.Redis":
        """A redis-py client of the room's key space. Answers are text, not bytes."""
        return redis.Redis.from_url(self.url("redis"), decode_responses=True)

    def lua(self, name: str) -> Script:
        """A script such as "gcra.lua" (see `nexus.lua`), ready to run in the room. It shows its own text."""
        return Script(self.redis, source(name))

    def amqp(self) -> pika.BlockingConnection:
        """A new connection to the room's virtual host. Close it: RabbitMQ drops a client that stays silent."""
        return pika.BlockingConnection(pika.URLParameters(self.url("rabbitmq")))

    # --- Django

    def django(self, **settings: Any) -> "Application":
        """Set Django up on the room's database and cache; return its WSGI application, for `nexus.serve`.

        settings: Django's own, such as REST_FRAMEWORK={...}; a call replaces those of the one before it, and adds to
        INSTALLED_APPS. The URL patterns are the notebook's list `urlpatterns`; models that its cells define need no
        app. Cells may make queries, though a kernel runs an event loop (`nexus.django` says why that is safe here).
        Raises NexusError where the kernel's Django was set up on another room.
        """
        with interrupts.held_back():
            from nexus.django import set_up  # not at the top: most chapters have no use for Django

        return set_up(self.urls, settings)

    # --- servers to hurt

    @cached_property
    def inbox(self) -> "Own":
        """A mail server of this chapter's, Django's too: what is sent to its `url` can be read at its `page`."""
        self.urls["inbox"] = (inbox := self.own("inbox")).url
        return inbox

    def own(self, name: str, settings: Settings | None = None) -> "Own":
        """A throw-away server of this chapter alone: one of OWN, to kill, pause and starve.

        settings: lines of the server's own configuration, such as {"maxmemory": "2mb"}.
        It is gone when the kernel ends, however it ends.
        """
        if name not in OWN:
            raise NexusError(f"lab.own knows {', '.join(OWN)}, not {name!r}")
        self.owned.append(own := Own(name, settings or {}))
        return own

    def close(self) -> None:
        """Drop the chapter's own servers, connections and virtual host. The other rooms stay, to be looked at."""
        for own in self.owned:
            own.remove()
        for handle, ending in (("engine", "dispose"), ("redis", "close")):
            if handle in self.__dict__:
                getattr(self.__dict__.pop(handle), ending)()
        close_vhost(self.services.get("rabbitmq"), room_name(self.chapter))


def said(error: psycopg.Error) -> str:
    return f"{type(error).__name__}: {error.diag.message_primary or error}"


class Own:
    """A throw-away server: `connect` to it, then `kill`, `pause`, `resume`, `stop` or `restart` it."""

    def __init__(self, name: str, settings: Settings) -> None:
        self._home = Home(services.own_folder() / f"{name}-{uuid.uuid4().hex[:8]}", throw_away=True)
        self._home.hold()
        self.server = server = self._home.server(name, settings)
        self._home.start([server])
        self.kill, self.stop, self.pause, self.resume = server.kill, server.stop, server.pause, server.resume

    @property
    def url(self) -> str:
        """Where programs reach it."""
        return self.server.service().url

    @property
    def page(self) -> str | None:
        """Where a browser reaches it: the inbox, or RabbitMQ's management."""
        return self.server.service().api_url

    def connect(self) -> Any:
        """A new client, as the server's kind is: psycopg's, redis-py's, pika's, smtplib's, or a session of requests."""
        if isinstance(self.server, Inbox | Provider):
            return self.server.connect()
        if self.server.name == "postgres":
            return psycopg.connect(self.url)
        if self.server.name == "redis":
            return redis.Redis.from_url(self.url, decode_responses=True)
        return pika.BlockingConnection(pika.URLParameters(self.url))

    def restart(self, settings: Settings | None = None) -> None:
        """Start it again, after a kill or a stop too, with its port, its data, and its settings or new ones."""
        self.server.settings = dict(self.server.settings if settings is None else settings)
        self.server.restart()

    def remove(self) -> None:
        """Kill it and delete its data."""
        self.server.remove()
        self._home.release()
        shutil.rmtree(self._home.folder, ignore_errors=True)


def open(
    chapter: str,
    needs: Sequence[str] = services.NAMES,
    template: str | Path | None = None,
) -> Lab:
    """Open a chapter's room, empty: a database, a Redis key space and a RabbitMQ virtual host of its own.

    chapter: the notebook's name, such as "20-schema". needs: the services it uses; those that are not up are
    started. template: SQL, or a file of SQL in notebooks/data, that fills the database (see `nexus.services.rooms`).
    Raises NexusError with what to do where a service is missing.
    """
    if unknown := set(needs) - set(services.NAMES):
        raise NexusError(f"nexus.open: needs names {', '.join(sorted(unknown))}; it knows {', '.join(services.NAMES)}")
    if earlier := _open.pop(chapter, None):
        earlier.close()
    _open[chapter] = Lab(chapter, needs, template)
    return _open[chapter]


def current() -> Lab:
    """The lab that was opened last. Raises NexusError where none is open."""
    if not _open:
        raise NexusError("no chapter is open: run its first cell, the one with nexus.open, and then this one")
    return next(reversed(_open.values()))


@atexit.register
def _close_all() -> None:
    for lab in _open.values():
        lab.close()
