"""What a variable may be. Each kind turns its text into a value, or raises ValueError with what is wanted.

A secret, or a URL with a password in it, is never repeated in an error.
"""

import re
from collections.abc import Callable
from ipaddress import ip_network
from urllib.parse import urlsplit

import limits
import psycopg
from psycopg.conninfo import conninfo_to_dict
from redis import ConnectionPool

BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
HOST = re.compile(r"\*|\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9a-fA-F:.]+\]")
SHORTEST_SECRET, FEWEST_SIGNS = 50, 5  # what Django's `check --deploy` wants of a SECRET_KEY, too
MAKE_ONE = "python -c 'import secrets; print(secrets.token_urlsafe(50))'"


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number in these bounds."""

    def kind(text: str) -> int:
        if not re.fullmatch("-?[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, got {text!r}")
        return int(text)

    return kind


def seconds(least: float, most: float) -> Callable[[str], float]:
    """A number of seconds in these bounds, with a fraction or without."""

    def kind(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) or not least <= float(text) <= most:
            raise ValueError(f"must be seconds from {least:g} to {most:g}, got {text!r}")
        return float(text)

    return kind


def one_of(*values: str) -> Callable[[str], str]:
    def kind(text: str) -> str:
        if text not in values:
            raise ValueError(f"must be one of {', '.join(values)}, got {text!r}")
        return text

    return kind


def boolean(text: str) -> bool:
    if text.lower() not in BOOLEANS:
        raise ValueError(f"must be true or false, got {text!r}")
    return BOOLEANS[text.lower()]


def secret(text: str) -> str:
    if len(text) < SHORTEST_SECRET or len(set(text)) < FEWEST_SIGNS:
        raise ValueError(
            f"must have at least {SHORTEST_SECRET} characters, {FEWEST_SIGNS} of them different: type {MAKE_ONE}"
        )
    return text


def rate(text: str) -> str:
    """So many in a time, such as 5/minute, as the library limits writes it."""
    try:
        amount = limits.parse(text).amount
    except ValueError:
        amount = 0
    if amount < 1:
        raise ValueError(f"must be a rate such as 5/minute, got {text!r}")
    return text


def hosts(text: str) -> list[str]:
    names = _parts(text)
    if wrong := [name for name in names if not HOST.fullmatch(name)]:
        raise ValueError(f"must be names of hosts, without scheme or port, with commas between, got {wrong[0]!r}")
    return names


def networks(text: str) -> list[str]:
    names = _parts(text)
    for name in names:
        try:
            ip_network(name)
        except ValueError:
            raise ValueError(f"must be networks such as 10.0.0.0/8, with commas between, got {name!r}") from None
    return names


def postgres_url(text: str) -> str:
    """As libpq reads it: postgresql://user:password@host:port/database?sslmode=require."""
    try:
        found = conninfo_to_dict(text) if urlsplit(text).scheme in {"postgres", "postgresql"} else {}
    except (psycopg.Error, ValueError):
        found = {}
    ports = str(found.get("port") or 5432).split(",")  # libpq takes several hosts, each with its port
    if not found.get("dbname") or not all(port.isdecimal() for port in ports):
        raise ValueError("must be a URL of the form postgresql://user:password@host:5432/database")
    return text


def redis_url(text: str) -> str:
    try:
        parts, found = urlsplit(text), ConnectionPool.from_url(text).connection_kwargs
        # redis-py passes over a port that is 0 and a database that is no number, and takes the usual one.
        right = "path" in found or (parts.port != 0 and re.fullmatch("/?[0-9]*", parts.path) is not None)
    except ValueError:
        right = False
    if not right:
        raise ValueError("must be a URL of the form redis://:password@host:6379/0")
    return text


def amqp_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        right = parts.scheme in {"amqp", "amqps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise ValueError("must be a URL of the form amqp://user:password@host:5672/")
    return text


def smtp_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        right = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname and parts.port) and parts.path in {"", "/"}
    except ValueError:
        right = False
    if not right:
        raise ValueError("must be a URL of the form smtp://user:password@host:587, or smtps:// with TLS from the start")
    return text


def http_url(text: str) -> str:
    """Without a slash at its end."""
    try:
        parts = urlsplit(text)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        right = False
    if not right:
        raise ValueError("must be a URL of the form https://host, without a user or a password")
    return text.rstrip("/")


def currency(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise ValueError(f"must be a currency such as ETB, got {text!r}")
    return text


def mailbox(text: str) -> str:
    """An address, with a name or without."""
    if not re.fullmatch(r"[^@<>\s]+@[A-Za-z0-9.-]+|[^<>@\r\n]+ <[^@<>\s]+@[A-Za-z0-9.-]+>", text):
        raise ValueError(f"must be an address such as Stay <stay@example.com>, got {text!r}")
    return text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
