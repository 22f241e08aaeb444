"""Django on a room of this worker's own. Test modules import its models without a server; the first test opens it."""

import os
import secrets
from functools import cache
from unittest.mock import patch

import django

from nexus import services
from nexus.services.rooms import open_database, open_key_space, room_name

# As variables of the environment, for another process on the same room, too. The addresses are those of no server yet.
settings = {
    "SYSTEMS_ALLOWED_HOSTS": "testserver",
    "SYSTEMS_DATABASE_URL": "postgresql://127.0.0.1:1/none",
    "DJANGO_SETTINGS_MODULE": "systems.settings",
    "SYSTEMS_DATABASE_LOCK_SECONDS": "60",  # a busy machine may keep a test waiting
    "SYSTEMS_DATABASE_STATEMENT_SECONDS": "60",
    "SYSTEMS_HTTPS": "false",
    "SYSTEMS_REDIS_URL": "redis://127.0.0.1:1",
    "SYSTEMS_SECRET_KEY": secrets.token_hex(32),
}


@cache
def set_up() -> None:
    """The settings' environment is put back at once, so that no other test inherits it."""
    with patch.dict(os.environ, settings):
        django.setup()
    _hash_quickly()


@cache
def open_room() -> None:
    """Start the servers, give Django the addresses of an empty room on them, and make the tables."""
    from django.core.management import call_command

    room = room_name(f"test-systems-{os.environ.get('PYTEST_XDIST_WORKER', '')}")
    found = services.use(("postgres", "redis"))
    settings["SYSTEMS_DATABASE_URL"] = open_database(found["postgres"], room)
    settings["SYSTEMS_REDIS_URL"] = open_key_space(found["redis"], room)
    _move()
    call_command("migrate", verbosity=0)
    os.register_at_fork(after_in_child=_forget_connection)


def _move() -> None:
    """Write the addresses into the settings as they are: Django's connections hold the same dictionaries."""
    from django.conf import settings as used
    from django.test.signals import clear_cache_handlers

    from systems.settings.services import _database

    used.DATABASE_URL = settings["SYSTEMS_DATABASE_URL"]
    used.DATABASES["default"].update(_database(used.DATABASE_URL))
    used.REDIS_URL = settings["SYSTEMS_REDIS_URL"]
    for place in used.REDIS.values():
        place["url"] = used.REDIS_URL
    used.CACHES["default"]["LOCATION"] = used.REDIS["cache"]["url"]
    clear_cache_handlers(setting="CACHES")  # one was made while the tests were collected


def _hash_quickly() -> None:
    """The least that argon2 can do: what a hash costs in earnest is time that no test looks at."""
    from systems.accounts.hashers import Argon2Hasher

    Argon2Hasher.time_cost, Argon2Hasher.memory_cost = 1, 8


def _forget_connection() -> None:
    """A process that is forked, as the proof by mutants does, shares the parent's socket, and needs its own."""
    from django.db import connections

    connections["default"].connection = None
