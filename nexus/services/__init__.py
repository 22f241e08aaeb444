"""Postgres, Redis and RabbitMQ: found, or started for this clone alone.

For each of them the first that is there wins: the URL in the environment or in `.env`, this folder's docker
compose project, the server that this clone starts itself.
"""

from functools import cache
from pathlib import Path

from nexus import paths
from nexus.errors import ServiceError, reason
from nexus.services.external import VARIABLES, from_compose, from_environment
from nexus.services.home import Home, Step, kinds, silently
from nexus.services.service import Service

NAMES = ("postgres", "redis", "rabbitmq")

__all__ = [
    "NAMES",
    "Home",
    "Service",
    "ServiceError",
    "find",
    "home",
    "kinds",
    "lab_home",
    "own_folder",
    "stop",
    "systems_home",
    "use",
]


@cache
def home() -> Home:
    """The folder of this clone's own servers. One object a process, for it holds the process's lease on them."""
    return Home(paths.home())


def find(names: tuple[str, ...] = NAMES) -> dict[str, Service]:
    """The named services that are there without starting anything: by URL, by compose, or up already."""
    named = {name: service for name in names if (service := from_environment(name))}
    missing = [name for name in names if name not in named]
    compose = from_compose() if missing else {}
    own = {name: home().server(name) for name in missing if name not in compose}
    return {
        **named,
        **{name: service for name, service in compose.items() if name in missing},
        **{name: server.service() for name, server in own.items() if server.answers()},
    }


def use(names: tuple[str, ...] = NAMES, step: Step = silently) -> dict[str, Service]:
    """The named services, started where they must be; they stay up at least as long as this process.

    Raises ServiceError with what to do where one is missing or does not answer.
    """
    home().hold()
    found = find(names)
    for service in found.values():
        _must_answer(service)
    if to_start := [home().server(name) for name in names if name not in found]:
        found |= home().start(to_start, step)
    return found


def stop(step: Step = silently) -> None:
    """Stop all that this clone runs, used or not: services, JupyterLab, systems, chapters' throw-away servers."""
    for folder in (lab_home().folder, systems_home().folder, *own_folder().glob("*")):
        Home(folder).stop(step)
    home().stop(step)


@cache
def lab_home() -> Home:
    """JupyterLab's folder: apart from the services', for the notebooks that JupyterLab runs hold those."""
    return Home(paths.home() / "lab")


@cache
def systems_home() -> Home:
    """The folder of `make systems`: apart from the services', for the systems use those."""
    return Home(paths.home() / "systems")


def own_folder() -> Path:
    """Where chapters' throw-away servers live, each in a folder of its own."""
    return paths.home() / "own"


def _must_answer(service: Service) -> None:
    if service.origin == "embedded":
        return  # just seen
    try:
        kinds()[service.name].version(service)
    except Exception as error:  # the drivers share no base class
        hint = f"check {VARIABLES[service.name]}" if service.origin == "environment" else "type `docker compose ps`"
        raise ServiceError(f"{service.name} at {service.address} does not answer ({reason(error)}): {hint}") from error
