"""Guesses of passwords, counted by address and by account: five a minute, unless FAILED_LOGINS says otherwise."""

import math
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import limits
import redis
from django.conf import settings
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from systems.core.errors import TooManyAttempts
from systems.core.silence import Silence

Account = TypeVar("Account")
_silence = Silence("Redis", timeout=redis.TimeoutError, refusal=redis.ConnectionError)


def attempt(sign_in: Callable[[], Account | None], *, address: str, account: str) -> Account | None:
    """Whom `sign_in` finds. Raises TooManyAttempts, with the seconds to wait, where too many failed before.

    The attempt is counted before the password is looked at: a hundred guesses at once are a hundred attempts. A success
    takes its own one back, and clears the account's. The address keeps its failures: else a guesser with an account of
    their own could sign in after each four guesses. What was not looked at, as in an outage, is no failure.
    """
    by_address, by_account = ("login-address", address), ("login-account", account)
    counted = []
    try:
        for key in (by_address, by_account):
            hit(settings.FAILED_LOGINS, *key)
            counted.append(key)
        found = sign_in()
    except Exception:
        for key in counted:
            _take_back(*key)
        raise
    if found is not None:
        _take_back(*by_address)
        with _silence.observed():
            _limiter().clear(limits.parse(settings.FAILED_LOGINS), *by_account)
    return found


def hit(limit: str, *key: str) -> None:
    """Count once more. Raises TooManyAttempts where that is more often than the limit, such as "5/minute", allows."""
    rate = limits.parse(limit)
    with _silence.observed():
        if _limiter().hit(rate, *key):
            return
        wait = max(1, math.ceil(_limiter().get_window_stats(rate, *key).reset_time - time.time()))
    raise TooManyAttempts(f"too many attempts: try again in {wait} seconds", retry_after=wait)


def _take_back(*key: str) -> None:
    """The library has no word for this: its window is a list of times in Redis, the newest first."""
    client: Any = _storage().get_connection()
    with _silence.observed():
        client.lpop(_storage().prefixed_key(limits.parse(settings.FAILED_LOGINS).key_for(*key)))


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(_storage())


@cache
def _storage() -> RedisStorage:
    place = settings.REDIS["limits"]
    return RedisStorage(place["url"], key_prefix=place["prefix"], **place["options"])
