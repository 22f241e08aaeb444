"""Probes: whether the process lives, and whether it can serve."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from systems.api.views import reads_only

PATIENCE_SECONDS = 2


@reads_only
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It looks at nothing else: to restart it would not fix a database that is down."""
    return JsonResponse({"status": "ok"})


@reads_only
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served now: 503 takes this process out of the balancer until they can."""
    parts = {"postgres": _postgres_answers(), "redis": _redis_answers()}
    ready = all(parts.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **parts}, status=200 if ready else 503)


def _postgres_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
