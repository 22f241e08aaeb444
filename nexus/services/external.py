"""Servers that this clone did not start: those named by a URL, and those of this folder's docker compose project."""

import json
import shutil
import subprocess
from urllib.parse import quote, urlsplit, urlunsplit

from nexus import paths
from nexus.errors import ServiceError
from nexus.services.service import Service

VARIABLES = {"postgres": "NEXUS_POSTGRES_URL", "redis": "NEXUS_REDIS_URL", "rabbitmq": "NEXUS_RABBITMQ_URL"}
API_VARIABLE = "NEXUS_RABBITMQ_API_URL"
SCHEMES = {
    "postgres": ("postgresql", "postgres"),
    "redis": ("redis", "rediss"),
    "rabbitmq": ("amqp", "amqps"),
}
CONTAINER_PORTS = {"postgres": 5432, "redis": 6379, "rabbitmq": 5672}
API_PORT = 15672
COMPOSE_SECONDS = 10


def from_environment(name: str) -> Service | None:
    """The server that the environment or `.env` names, or None. Raises ServiceError where the URL is none."""
    if not (url := paths.setting(VARIABLES[name])):
        return None
    if not _is_url(url, SCHEMES[name]):
        raise ServiceError(f"{VARIABLES[name]} is no URL of the form {SCHEMES[name][0]}://user:password@host:port/")
    return Service(name, "environment", url, _api_url(url) if name == "rabbitmq" else None)


def _is_url(url: str, schemes: tuple[str, ...]) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def _api_url(amqp: str) -> str:
    """The management API's address: the named one or the usual one, with the AMQP user unless it names its own."""
    user, _, host = urlsplit(amqp).netloc.rpartition("@")
    named = urlsplit(paths.setting(API_VARIABLE) or f"http://{host.partition(':')[0]}:{API_PORT}")
    if "@" not in named.netloc:
        named = named._replace(netloc=f"{user or 'guest:guest'}@{named.netloc}")
    return urlunsplit(named).rstrip("/")


def from_compose() -> dict[str, Service]:
    """The running services of this folder's own compose project, by name; empty without docker or without any.

    Compose is asked, never a port tried: what listens on 5432 may be anybody's.
    """
    if not (paths.ROOT / "docker-compose.yml").exists() or not shutil.which("docker"):
        return {}
    command = ["docker", "compose", "ps", "--format", "json"]
    try:
        answer = subprocess.run(command, cwd=paths.ROOT, capture_output=True, timeout=COMPOSE_SECONDS, encoding="utf-8")
    except subprocess.TimeoutExpired:
        return {}
    if answer.returncode:  # no engine runs, or there is no .env: there are no containers to use
        return {}
    found = [_of_container(json.loads(line)) for line in answer.stdout.splitlines() if line.startswith("{")]
    return {service.name: service for service in found if service}


def _of_container(container: dict[str, object]) -> Service | None:
    name = str(container["Service"])
    publishers = container.get("Publishers")
    if name not in CONTAINER_PORTS or not isinstance(publishers, list):
        return None
    ports = {each["TargetPort"]: each["PublishedPort"] for each in publishers if each.get("PublishedPort")}
    if CONTAINER_PORTS[name] not in ports:
        return None
    port = ports[CONTAINER_PORTS[name]]
    # The compose file gives all three the same password, from the environment or `.env`.
    password = quote(paths.setting("NEXUS_PASSWORD") or "", safe="")
    if name == "redis":
        return Service(name, "compose", f"redis://:{password}@127.0.0.1:{port}")
    if name == "postgres":
        return Service(name, "compose", f"postgresql://nexus:{password}@127.0.0.1:{port}/postgres")
    user = f"nexus:{password}@127.0.0.1"
    return Service(name, "compose", f"amqp://{user}:{port}/", f"http://{user}:{ports.get(API_PORT, API_PORT)}")
