"""Guesses of passwords, counted by address and by account: five a minute, unless FAILED_LOGINS says otherwise."""

import math
import time
from functools import cache

import limits
from django.conf import settings
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from systems.core.errors import TooManyAttempts


def count(*, address: str, account: str) -> None:
    """Count an attempt. Raises TooManyAttempts, with the seconds to wait, where there were too many."""
    for who in _keys(address, account):
        if not _limiter().hit(_limit(), *who):
            wait = math.ceil(_limiter().get_window_stats(_limit(), *who).reset_time - time.time())
            raise TooManyAttempts("too many attempts to sign in", retry_after=max(1, wait))


def forget(*, address: str, account: str) -> None:
    """A success: neither this address nor this account is guessing."""
    for who in _keys(address, account):
        _limiter().clear(_limit(), *who)


def _keys(address: str, account: str) -> list[tuple[str, str]]:
    return [("login-address", address), ("login-account", account)]


def _limit() -> limits.RateLimitItem:
    return limits.parse(settings.FAILED_LOGINS)


@cache
def _limiter() -> MovingWindowRateLimiter:
    place = settings.REDIS["limits"]
    return MovingWindowRateLimiter(RedisStorage(place["url"], key_prefix=place["prefix"], **place["options"]))
