"""Django in a notebook, set up on a chapter's room. See `Lab.django`."""

import os
import secrets
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import django
from django.apps import AppConfig
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import HttpRequest, HttpResponseBase
from django.test.utils import override_settings
from psycopg.conninfo import conninfo_to_dict

from nexus import paths
from nexus.errors import NexusError

KERNEL = "__main__"  # the module in which a notebook's cells run


DEFAULTS: dict[str, Any] = {
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "INSTALLED_APPS": ["django.contrib.contenttypes", "django.contrib.auth", "nexus.django.Notebook"],
    "MIDDLEWARE": [],
    "ROOT_URLCONF": KERNEL,
    "SECRET_KEY": secrets.token_urlsafe(50),
    "USE_TZ": True,
}


class Notebook(AppConfig):
    """The notebook as a Django app: models that its cells define belong to it."""

    name = KERNEL
    label = "notebook"
    path = str(paths.ROOT)


class Application(WSGIHandler):
    """Django's WSGI application. It looks up `urlpatterns` in the notebook at each request: a cell may run again."""

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        patterns: Any = tuple(getattr(sys.modules[KERNEL], "urlpatterns", ()))  # Django takes them for a module, too
        request.urlconf = patterns
        return super().get_response(request)


_enabled: list[override_settings] = []


def set_up(urls: Mapping[str, str], wanted: Mapping[str, Any]) -> Application:
    """Set Django up on a room's Postgres and Redis, where it has them. urls: by service. wanted: Django's settings."""
    # A notebook's kernel runs an event loop, in whose thread Django refuses every query, lest it hold up others.
    # Nothing else runs in that loop while a cell does, so a query may.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if not settings.configured:
        settings.configure(DATABASES=databases(urls), ROOM=urls.get("postgres"), **DEFAULTS)
        django.setup()
    if urls.get("postgres") != getattr(settings, "ROOM", None):
        raise NexusError("Django is set up on another room in this kernel, once and for all: restart the kernel")
    connections.close_all()  # where the chapter was opened again, its database is a new one
    while _enabled:
        _enabled.pop().disable()
    apps = {"INSTALLED_APPS": [*DEFAULTS["INSTALLED_APPS"], *wanted.get("INSTALLED_APPS", [])]}
    others = {name: value for name, value in wanted.items() if name != "INSTALLED_APPS"}
    # The apps come last: their models may need a setting, such as AUTH_USER_MODEL.
    for some in ({"CACHES": caches(urls), **mail(urls), **others}, apps):
        _enabled.append(override_settings(**some))
        _enabled[-1].enable()
    return Application()


def databases(urls: Mapping[str, str]) -> dict[str, Any]:
    """Django's setting DATABASES for the Postgres among the services' URLs, if there is one."""
    if "postgres" not in urls:
        return {}
    options = conninfo_to_dict(urls["postgres"])
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    known = {names[key]: str(options.pop(key)) for key in list(options) if key in names}
    return {"default": {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **known}}


def caches(urls: Mapping[str, str]) -> dict[str, Any]:
    """Django's setting CACHES: on the Redis among the services' URLs, else in the process's memory."""
    if "redis" not in urls:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": urls["redis"]}}


def mail(urls: Mapping[str, str]) -> dict[str, Any]:
    """Django's settings of the mail server: the chapter's inbox, where it has one. It waits as long as that takes."""
    if "inbox" not in urls:
        return {}
    server = urlsplit(urls["inbox"])
    return {"EMAIL_HOST": server.hostname, "EMAIL_PORT": server.port}
