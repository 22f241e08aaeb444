"""Django on a room of this worker's own, set up once a process, before the test modules import its models."""

import os
import secrets
from functools import cache
from unittest.mock import patch

import django

from nexus import services
from nexus.services.rooms import open_database, open_key_space, room_name

settings: dict[str, str] = {}  # as variables of the environment, for another process on the same room


@cache
def set_up() -> None:
    """The settings' environment is put back at once, so that no other test inherits it."""
    room = room_name(f"test-systems-{os.environ.get('PYTEST_XDIST_WORKER', '')}")
    found = services.use(("postgres", "redis"))
    environment = {
        "SYSTEMS_ALLOWED_HOSTS": "testserver",
        "SYSTEMS_DATABASE_URL": open_database(found["postgres"], room),
        "DJANGO_SETTINGS_MODULE": "systems.settings",
        "SYSTEMS_DATABASE_LOCK_SECONDS": "60",  # a busy machine may keep a test waiting
        "SYSTEMS_DATABASE_STATEMENT_SECONDS": "60",
        "SYSTEMS_HTTPS": "false",
        "SYSTEMS_REDIS_URL": open_key_space(found["redis"], room),
        "SYSTEMS_SECRET_KEY": secrets.token_hex(32),
    }
    settings.update(environment)
    with patch.dict(os.environ, environment):
        django.setup()

    from django.core.management import call_command

    _hash_quickly()
    call_command("migrate", verbosity=0)
    os.register_at_fork(after_in_child=_forget_connection)


def _hash_quickly() -> None:
    """The least that argon2 can do: what a hash costs in earnest is time that no test looks at."""
    from systems.accounts.hashers import Argon2Hasher

    Argon2Hasher.time_cost, Argon2Hasher.memory_cost = 1, 8


def _forget_connection() -> None:
    """A process that is forked, as the proof by mutants does, shares the parent's socket, and needs its own."""
    from django.db import connections

    connections["default"].connection = None
