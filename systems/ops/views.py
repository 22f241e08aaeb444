"""Probes: whether the process lives, and whether it can serve."""

import asyncio
from collections.abc import Awaitable

import psycopg
import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from systems.api.views import reads_only

PROBE_SECONDS = 1.0  # Kubernetes, too, waits no longer for a probe


@reads_only
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It looks at nothing else: to restart it would not fix a database that is down."""
    return JsonResponse({"status": "ok"})


@reads_only
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served now: 503 takes this process out of the balancer until they can.

    It connects by itself, within bounds of its own: a connection of the requests may be stuck, or be busy.
    """
    parts = asyncio.run(_parts())
    ready = all(parts.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **parts}, status=200 if ready else 503)


async def _parts() -> dict[str, bool]:
    names, answers = ("postgres", "redis"), (_in_time(_postgres()), _in_time(_redis()))
    return dict(zip(names, await asyncio.gather(*answers), strict=True))


async def _in_time(probe: Awaitable[None]) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe
    except (OSError, psycopg.Error, redis.RedisError):  # TimeoutError is an OSError
        return False
    return True


async def _postgres() -> None:
    await (await psycopg.AsyncConnection.connect(settings.DATABASE_URL)).close()


async def _redis() -> None:
    async with redis.asyncio.Redis.from_url(settings.REDIS["limits"]["url"]) as client:
        await client.ping()
