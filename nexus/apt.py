"""Install rabbitmq-server with apt, with consent, and leave the system's own broker off."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nexus import services
from nexus.errors import ServiceError
from nexus.services.rabbitmq import find_script

POLICY = Path("/usr/sbin/policy-rc.d")  # where Debian's tools ask whether a package may start its service
PACKAGE = "rabbitmq-server"


def rabbitmq_is_missing() -> bool:
    try:
        find_script()
    except ServiceError:
        return True
    return False


def rabbitmq_can_be_had() -> bool:
    """Whether a chapter gets a RabbitMQ here: one to start, or else one that runs elsewhere and is named."""
    return not rabbitmq_is_missing() or "rabbitmq" in services.find(("rabbitmq",))


def may_install() -> bool:
    """Whether root works here on Debian or Ubuntu, and the person agrees: by NEXUS_APT=1, or when asked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    if os.environ.get("NEXUS_APT"):
        return os.environ["NEXUS_APT"] == "1"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print("RabbitMQ is missing. apt can install it. The lab starts a private one; no system service is started.")
    answer = input("Install rabbitmq-server now? [y/N] ")
    return answer.strip().lower() in ("y", "yes")


def install_rabbitmq(log: Path) -> None:
    """Install the package without starting its service, now or at the next boot. Raises ServiceError."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with services_may_not_start(), log.open("ab") as output:
        for command in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-qy", "--no-install-recommends", PACKAGE],
        ):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            if subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            ).returncode:
                raise ServiceError(f"`{' '.join(command)}` failed: see {log}")
        subprocess.run(["update-rc.d", PACKAGE, "disable"], stdout=output, stderr=output, check=False)


@contextmanager
def services_may_not_start(policy: Path = POLICY) -> Iterator[None]:
    """Answer "not allowed" (101) to packages that ask to start a service. One that is there already is left."""
    try:
        policy.touch(mode=0o755, exist_ok=False)
    except FileExistsError:
        yield
        return
    try:
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        yield
    finally:
        policy.unlink()
