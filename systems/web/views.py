"""Whether the process lives, whether it can serve, and what each problem means."""

from collections.abc import Callable
from functools import wraps

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from systems.web import handlers
from systems.web.errors import PROBLEMS, MethodNotAllowed

PATIENCE_SECONDS = 2
View = Callable[..., HttpResponse]


def reads_only(view: View) -> View:
    """GET and HEAD; anything else is told so in the shape of all problems, which Django's own decorator is not."""

    @wraps(view)
    def checked(request: HttpRequest, **arguments: str) -> HttpResponse:
        if request.method in {"GET", "HEAD"}:
            return view(request, **arguments)
        return handlers.answer(MethodNotAllowed(f"{request.method} is not for here", headers={"Allow": "GET, HEAD"}))

    return checked


@reads_only
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It looks at nothing else: to restart it would not mend a database that is down."""
    return JsonResponse({"status": "ok"})


@reads_only
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served now: 503 takes this process out of the balancer until they can."""
    parts = {"postgres": _postgres_answers(), "redis": _redis_answers()}
    ready = all(parts.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **parts}, status=200 if ready else 503)


@reads_only
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
