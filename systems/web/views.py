"""Whether the process lives, whether it can serve, and what each problem means."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from systems.web.errors import PROBLEMS

PATIENCE_SECONDS = 2


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It looks at nothing else: to restart it would not mend a database that is down."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served now: 503 takes this process out of the balancer until they can."""
    parts = {"postgres": _postgres_answers(), "redis": _redis_answers()}
    ready = all(parts.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **parts}, status=200 if ready else 503)


@require_safe
def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that a problem's type leads to."""
    if slug not in PROBLEMS:
        raise Http404
    return render(request, "web/problem.html", {"problem": PROBLEMS[slug]})


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
