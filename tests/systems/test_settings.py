"""The settings: from variables of our own, safe where nothing is set, and a line for each that is missing or wrong."""

import os
import secrets
import subprocess
import sys

import pytest

from nexus import paths
from systems.settings.environment import env

SET = {
    "SYSTEMS_SECRET_KEY": secrets.token_hex(32),
    "SYSTEMS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "SYSTEMS_REDIS_URL": "redis://127.0.0.1:1/0",
}
POSTGRES = "must be a URL of the form postgresql://user:password@host:5432/database"
REDIS = "must be a URL of the form redis://:password@host:6379/0"
AMQP = "must be a URL of the form amqp://user:password@host:5672/"
HTTP = "must be a URL of the form https://host, without a user or a password"
SMTP = "must be a URL of the form smtp://user:password@host:587"
SECRET = "must have at least 50 characters, 5 of them different"
# For each setting values that it must refuse, and how the line that says so goes on after its name.
WRONG: dict[str, dict[str, str]] = {
    "ACCESS_MINUTES": dict.fromkeys(("0", "5.5", "2e3", "\u0661"), "must be a whole number from 1 to 1440, got "),
    "ADMIN_LOG_DAYS": {"0": "must be a whole number from 1 to 3650, got '0'"},
    "ALLOWED_HOSTS": dict.fromkeys(("https://a.example", "a.example:80", "a.example b"), "must be names of hosts"),
    "BOOKING_PENDING_HOURS": {"0": "must be a whole number from 1 to 8760, got '0'"},
    "BOOKING_PENDING_NIGHTS": {"0": "must be a whole number from 1 to 100000, got '0'"},
    "BROKER_URL": dict.fromkeys(("redis://h:6379", "amqp://h:99999/", "amqp://"), AMQP),
    "CACHE_SECONDS": {"fast": "must be seconds from 0.1 to 60, got 'fast'"},
    "CACHE_URL": {"memcached://h": REDIS},
    "CHANNELS_SECONDS": {"0": "must be seconds from 0.1 to 60, got '0'"},
    "CHANNELS_URL": {"h:6379": REDIS},
    "CUSTOMER_IDLE_DAYS": {"29": "must be a whole number from 30 to 3650, got '29'"},
    "DATABASE_CONNECT_SECONDS": dict.fromkeys(("1", "2.5"), "must be a whole number from 2 to 60, got "),
    "DATABASE_IDLE_SECONDS": {"0": "must be seconds from 1 to 3600, got '0'"},
    "DATABASE_KEEP_SECONDS": {"-1": "must be a whole number from 0 to 3600, got '-1'"},
    "DATABASE_LOCK_SECONDS": {"-1": "must be seconds from 0.1 to 3600, got '-1'"},
    "DATABASE_STATEMENT_SECONDS": {"inf": "must be seconds from 0 to 86400, got 'inf'"},
    "DATABASE_URL": dict.fromkeys(("mysql://h/d", "postgresql://h", "postgresql://h/d?nonsense=1", "h"), POSTGRES),
    "DEBUG": {"maybe": "must be true or false, got 'maybe'"},
    "EMAIL_FROM": dict.fromkeys(("stay", "a@b\nBcc: c@d", "<a@b>"), "must be an address such as "),
    "EMAIL_SECONDS": {"0": "must be a whole number from 1 to 60, got '0'"},
    "EMAIL_URL": dict.fromkeys(("http://h:25", "smtp://h", "smtp://h:99999", "smtp://h:25/x"), SMTP),
    "FAILED_LOGINS": dict.fromkeys(("banana", "0/minute", "-5/minute"), "must be a rate such as 5/minute, got "),
    "GRAPHQL_ALIASES": {"-1": "must be a whole number from 0 to 10000, got '-1'"},
    "GRAPHQL_COST": {"0": "must be a whole number from 1 to 1000000000, got '0'"},
    "GRAPHQL_DEPTH": {"deep": "must be a whole number from 1 to 100, got 'deep'"},
    "GRAPHQL_INTROSPECTION": {"2": "must be true or false, got '2'"},
    "GRAPHQL_PAGE_SIZE": {"0": "must be a whole number from 1 to 10000, got '0'"},
    "GRAPHQL_TOKENS": {"1_000": "must be a whole number from 1 to 1000000, got '1_000'"},
    "HTTPS": {"https": "must be true or false, got 'https'"},
    "IDEMPOTENCY_HOURS": {"1e9": "must be a whole number from 1 to 8760, got '1e9'"},
    "INBOX_DAYS": {"7": "must be a whole number from 8 to 3650, got '7'"},
    "LIMITS_SECONDS": {"61": "must be seconds from 0.1 to 60, got '61'"},
    "LIMITS_URL": {"redis://h/second": REDIS},
    "LOG_LEVEL": {"LOUD": "must be one of DEBUG, INFO, WARNING, ERROR, got 'LOUD'"},
    "METRICS_FOLDER": {},  # any will do
    "PAYMENTS_CHECK_SECONDS": {"0": "must be a whole number from 1 to 86400, got '0'"},
    "PAYMENTS_CURRENCY": dict.fromkeys(("birr", "etb", "ETBX"), "must be a currency such as ETB, got "),
    "PAYMENTS_KEY": {},  # any will do
    "PAYMENTS_MODE": {"sandbox": "must be one of live, test, got 'sandbox'"},
    "PAYMENTS_RETURN_URL": {"javascript:alert(1)": HTTP},
    "PAYMENTS_SECONDS": {"31": "must be seconds from 0.1 to 30, got '31'"},
    "PAYMENTS_URL": dict.fromkeys(("api.example.com", "ftp://h", "http://h:0", "https://u:p@h"), HTTP),
    "PAYMENTS_WEBHOOK_SECRET": {},  # any will do
    "READY_FILE": {},  # any will do
    "REDIS_URL": dict.fromkeys(("http://h", "redis://h:0", "redis://h:6379/x", "h:6379"), REDIS),
    "REFUND_FULL_DAYS": {"-1": "must be a whole number from 0 to 365, got '-1'"},
    "REFUND_LATE_PERCENT": {"101": "must be a whole number from 0 to 100, got '101'"},
    "REFRESH_DAYS": dict.fromkeys(("-1", "99999999999", "many"), "must be a whole number from 1 to 3650, got "),
    "REFRESH_GRACE_SECONDS": {"-1": "must be a whole number from 0 to 3600, got '-1'"},
    "REGISTRATIONS": {"30": "must be a rate such as 5/minute, got '30'"},
    "SAMPLE_PASSWORD": {},  # any will do
    "SECRET_KEY": dict.fromkeys(("a", "a" * 64), SECRET),
    "TRUSTED_PROXIES": dict.fromkeys(("proxy", "10.0.0.1/8"), "must be networks such as 10.0.0.0/8"),
}
CASES = [(name, value, words) for name, wrong in WRONG.items() for value, words in wrong.items()]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=paths.ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        encoding="utf-8",
    )


def manage(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("-m", "systems.manage", *command, **environment)


@pytest.fixture(scope="module")
def refusals() -> dict[tuple[str, str], list[str]]:
    """What a start says of each wrong value, many of them tried at once: a value each, of all names that have more."""
    said = {}
    for number in range(max(map(len, WRONG.values()))):
        values = {name: list(wrong)[number] for name, wrong in WRONG.items() if number < len(wrong)}
        checked = manage("check", **{**SET, **{f"SYSTEMS_{name}": value for name, value in values.items()}})
        assert checked.returncode == 1
        lines = checked.stderr.splitlines()
        assert len(lines) == len(values), checked.stderr
        for name, value in values.items():
            said[name, value] = [line for line in lines if line.startswith(f"systems: SYSTEMS_{name} ")]
    return said


def test_wrong_values_are_known_for_every_setting() -> None:
    assert sorted(WRONG) == sorted(env.names)


@pytest.mark.parametrize(("name", "value", "words"), CASES, ids=[f"{name}={value}"[:50] for name, value, _ in CASES])
def test_a_wrong_value_is_a_line(refusals: dict[tuple[str, str], list[str]], name: str, value: str, words: str) -> None:
    (line,) = refusals[name, value]
    assert line.startswith(f"systems: SYSTEMS_{name} {words}")


def test_what_has_no_safe_value_must_be_set() -> None:
    checked = manage("check", **dict.fromkeys(SET, ""))
    assert checked.returncode == 1
    assert sorted(checked.stderr.splitlines()) == sorted(f"systems: {name} must be set" for name in SET)


def test_a_provider_needs_its_key_and_its_secret() -> None:
    """Without the secret, a webhook would be signed with nothing."""
    checked = manage("check", **SET, SYSTEMS_PAYMENTS_URL="https://api.example.com")
    needed = [f"systems: SYSTEMS_PAYMENTS_{name} must be set" for name in ("KEY", "WEBHOOK_SECRET")]
    assert (checked.returncode, checked.stderr.splitlines()) == (1, needed)


def test_a_mistyped_name_is_a_line_without_its_secret() -> None:
    secret = {"SYSTEMS_SECRET_KEY": "hunter2", "SYSTEMS_REDIS_URL": "http://:hunter2@h"}
    checked = manage("check", **SET | secret, SYSTEMS_FAILD_LOGINS="5/minute")
    lines = checked.stderr.splitlines()
    assert len(lines) == 3
    assert "systems: SYSTEMS_FAILD_LOGINS is no setting: did you mean SYSTEMS_FAILED_LOGINS?" in lines
    assert "hunter2" not in checked.stdout + checked.stderr


def test_defaults_are_safe_and_ignore_other_projects_variables() -> None:
    others = {"ALLOWED_HOSTS": "x", "DEBUG": "true", "SECRET_KEY": "a", "HTTPS": "false", "REFRESH_DAYS": "-1"}
    others |= {"DJANGO_SETTINGS_MODULE": "shop.settings", "DATABASE_URL": "mysql://x", "REDIS_URL": "x", "PORT": "x"}
    kubernetes = {"SYSTEMS_SERVICE_HOST": "10.0.0.7", "SYSTEMS_PORT": "tcp://10.0.0.7:8000"}  # of a service by our name
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **SET, **others, **kubernetes)
    assert checked.returncode == 0, checked.stderr


def test_check_deploy_would_find_what_is_not_safe() -> None:
    unsafe = {"SYSTEMS_HTTPS": "false", "SYSTEMS_DEBUG": "true"}
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **SET, **unsafe)
    assert checked.returncode == 1
    assert "security.W018" in checked.stderr


@pytest.mark.parametrize("server", [["gunicorn", "systems.wsgi"], ["uvicorn", "systems.asgi:application"]])
def test_a_server_does_not_start_with_a_wrong_value(server: list[str]) -> None:
    """It ends by itself. A master that starts worker after worker would not."""
    ended = run("-m", *server, **SET | {"SYSTEMS_REFRESH_DAYS": "-1"})
    assert ended.returncode == 3
    assert "systems: SYSTEMS_REFRESH_DAYS must be a whole number from 1 to 3650, got '-1'" in ended.stderr.splitlines()
    assert "Traceback" not in ended.stderr


def test_no_migration_is_missing() -> None:
    checked = manage("makemigrations", "--check", "--dry-run", **SET)
    assert "No changes detected" in checked.stdout, checked.stdout + checked.stderr
