"""What `nexus status` and `nexus doctor` say."""

import os
import platform
import re
import shutil
import stat
import sys
from collections.abc import Callable

import psutil

from nexus import paths, services
from nexus.command import shell
from nexus.errors import NexusError, reason
from nexus.services import apt
from nexus.services.external import VARIABLES, from_compose, from_environment
from nexus.services.rabbitmq import how_to_install
from nexus.services.server import Server
from nexus.services.service import Service

FREE_BYTES_NEEDED = 1_000_000_000  # packages, a data folder of each server, and a template of a million rows


def status() -> list[str]:
    """A paragraph for each service: where it comes from, where it answers, and what it uses."""
    found = services.find()
    lines = []
    for name in services.NAMES:
        lines += [
            name,
            *(_describe(found[name]) if name in found else ["  not running: `nexus up` starts it"]),
        ]
    jupyter = services.lab_home().server("jupyter")
    if jupyter.answers():
        lines += ["jupyter", f"  address   {jupyter.service().url}", *_describe_server(jupyter)]
    return lines


def _describe(service: Service) -> list[str]:
    try:
        version = services.kinds()[service.name].version(service)
    except Exception as error:
        version = f"does not answer: {reason(error)}"
    lines = [f"  origin    {service.origin}", f"  version   {version}", f"  address   {service.address}"]
    if service.api_url:
        lines.append(f"  web page  {re.sub('//.*@', '//', service.api_url)}")
    if service.origin == "embedded":
        lines += [f"  program   {_program(service.name)}", *_describe_server(services.home().server(service.name))]
    return lines


def _program(name: str) -> str:
    """The one that runs, else the one that would: the machine's own, or the clone's."""
    server = services.home().server(name)
    processes = server.processes()
    return str(processes[0].exe() if processes else server.program())


def _describe_server(server: Server) -> list[str]:
    lines, processes = [f"  data      {server.data}", f"  log       {server.log}"], server.processes()
    if not processes:  # another user's, which this one may not look at
        return [*lines, "  process   another user's"]
    memory = f"{sum(map(_memory, processes)) / 1e6:.0f} MB in {len(processes)} processes"
    return [*lines, f"  process   {processes[0].pid}", f"  memory    {memory}"]


def _memory(process: psutil.Process) -> int:
    """Bytes. The proportional share where the system tells it: Postgres's processes share most of what each shows."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", memory.rss))


def diagnosis() -> list[str]:
    """One line a thing that the lab needs, ✓ there or ✗ missing with what to do; and - what it found and set aside."""
    checks = (_python, _place, _disk, _secrets, _compose, *(_service(name) for name in services.NAMES))
    return [*(_line(check) for check in checks), *(f"- {finding}" for finding in shell.findings())]


def _line(check: Callable[[], str]) -> str:
    try:
        return f"✓ {check()}"
    except NexusError as error:
        return f"✗ {error}"


def _python() -> str:
    return f"Python {platform.python_version()} at {sys.prefix}"


def _place() -> str:
    if not os.access(paths.ROOT, os.W_OK):
        raise NexusError(f"{paths.ROOT} can't be written by you: clone into a folder of your own")
    return f"the clone is at {paths.ROOT}"


def _disk() -> str:
    free = shutil.disk_usage(paths.ROOT).free
    if free < FREE_BYTES_NEEDED:
        raise NexusError(f"only {free / 1e9:.1f} GB of disk left where the clone is: free at least 1 GB")
    return f"{free / 1e9:.0f} GB of disk are free"


def _secrets() -> str:
    env = paths.ROOT / ".env"
    if not env.exists():
        return "no .env: the lab makes its own passwords"
    if env.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        raise NexusError(".env can be read by other users of this machine: type `chmod 600 .env`")
    return ".env is readable by you alone"


def _compose() -> str:
    found = from_compose()
    return f"docker compose of this folder runs {', '.join(found)}" if found else "docker compose: not used"


def _service(name: str) -> Callable[[], str]:
    def check() -> str:
        if named := from_environment(name):
            try:
                return f"{name}: {services.kinds()[name].version(named)} at {named.address}, from {VARIABLES[name]}"
            except Exception as error:
                raise NexusError(f"{name} at {named.address} does not answer: check {VARIABLES[name]}") from error
        if name == "rabbitmq" and name not in from_compose() and apt.rabbitmq_is_missing():
            raise NexusError(f"rabbitmq: no rabbitmq-server on this machine: {how_to_install()}")
        found = services.find((name,)).get(name)
        ours = found is None or found.origin == "embedded"
        return f"{name}: " + ("runs" if found else "can be started") + (f", from {_program(name)}" if ours else "")

    return check
