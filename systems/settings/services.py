"""The servers that the systems need, and how long they wait for each. All bounds are in seconds.

What can't be answered because a server is down or hangs is a 503 within 5 seconds. So a wait has two ends: the server's
own, for what takes too long, and the client's, for a server that says nothing any more.
"""

from typing import Any

import redis
from psycopg.conninfo import conninfo_to_dict
from redis.backoff import NoBackoff
from redis.retry import Retry

from systems.settings.environment import env
from systems.settings.kinds import postgres_url, redis_url, seconds, whole

# --- Postgres

# libpq knows no less than 2
DATABASE_CONNECT_SECONDS = env("DATABASE_CONNECT_SECONDS", whole(2, 60), default=3)
# 0: no bound
DATABASE_STATEMENT_SECONDS = env("DATABASE_STATEMENT_SECONDS", seconds(0, 86_400), default=3.0)
# for the row of somebody else
DATABASE_LOCK_SECONDS = env("DATABASE_LOCK_SECONDS", seconds(0.1, 3_600), default=2.5)
# within a transaction
DATABASE_IDLE_SECONDS = env("DATABASE_IDLE_SECONDS", seconds(1, 3_600), default=10.0)
# so long a thread keeps its connection for its next requests
DATABASE_KEEP_SECONDS = env("DATABASE_KEEP_SECONDS", whole(0, 3_600), default=60)
LATE_SECONDS = 1.0  # so long after Postgres should have ended a statement, it hangs
TCP = {  # a connection whose other side is gone without a word: found out within 45 seconds of rest, or 10 of sending
    "keepalives_idle": "30",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}


def _database(url: str) -> dict[str, Any]:
    """Django's words for a URL of libpq's. Its parameters, such as sslmode, stay; ours can be set by them, too."""
    given = {name: str(value) for name, value in conninfo_to_dict(url).items()} if url else {}
    places = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    bounds = {
        "statement_timeout": DATABASE_STATEMENT_SECONDS,
        "lock_timeout": DATABASE_LOCK_SECONDS,
        "idle_in_transaction_session_timeout": DATABASE_IDLE_SECONDS,
    }
    options = " ".join(f"-c {name}={round(bound * 1_000)}" for name, bound in bounds.items())
    where = {django: given.pop(libpq, "") for django, libpq in places.items()}
    return {
        "ENGINE": "systems.core.postgres",
        **where,
        "CONN_MAX_AGE": DATABASE_KEEP_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "systems",
            "connect_timeout": DATABASE_CONNECT_SECONDS,
            **TCP,
            **given,
            "options": f"{options} {given.get('options', '')}".strip(),
            "answer_seconds": DATABASE_STATEMENT_SECONDS + LATE_SECONDS if DATABASE_STATEMENT_SECONDS else None,
        },
    }


DATABASE_URL = env("DATABASE_URL", postgres_url)
DATABASES = {"default": _database(DATABASE_URL)}

# --- Redis, by purpose. One server serves them all, unless each has a URL of its own. What a full cache may drop, a
# limit may not, so a Redis with limits in it has the maxmemory-policy noeviction.

REDIS_URL = env("REDIS_URL", redis_url)


def _redis(purpose: str, default: float) -> dict[str, Any]:
    """url, prefix of its keys, and options for redis-py. What broke while it was idle is tried once more, at once."""
    bound = env(f"{purpose}_SECONDS", seconds(0.1, 60), default=default)
    options = {
        "socket_connect_timeout": bound,
        "socket_timeout": bound,
        "retry": Retry(NoBackoff(), 1, (redis.ConnectionError,)),  # not redis-py's three, with pauses, for a timeout
    }
    return {
        "url": env(f"{purpose}_URL", redis_url, default=REDIS_URL),
        "prefix": purpose.lower(),
        "options": options,
    }


REDIS = {
    "cache": _redis("CACHE", 0.5),
    "limits": _redis("LIMITS", 2.0),
    "channels": _redis("CHANNELS", 2.0),
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS["cache"]["url"],
        "KEY_PREFIX": REDIS["cache"]["prefix"],
        "OPTIONS": REDIS["cache"]["options"],
    }
}
