"""RabbitMQ, the one server that no wheel brings: downloaded where a person agrees, and otherwise done without."""

import os
import shutil
import sys

from nexus import services
from nexus.command.display import Steps, console
from nexus.errors import ServiceError
from nexus.services import apt
from nexus.services.rabbitmq import how_to_install


def may_download() -> bool:
    """Whether there is an apt here, and the person agrees: by NEXUS_APT=1, or when asked."""
    if not all(map(shutil.which, apt.PROGRAMS)):
        return False
    if os.environ.get("NEXUS_APT"):
        return os.environ["NEXUS_APT"] == "1"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    console.print("RabbitMQ is missing. apt can download it into this folder: about 40 MB, and 75 MB on disk.")
    console.print("That needs no root, and installs nothing on the machine.")
    answer = input("Download it now? [y/N] ")
    return answer.strip().lower() in ("y", "yes")


def is_wanted() -> bool:
    """Whether it is missing, and may be downloaded."""
    return not apt.rabbitmq_can_be_had() and may_download()


def download_with_consent() -> None:
    if is_wanted():
        _download()


def download_if_possible() -> None:
    """Without a network, the rest of the lab runs all the same."""
    try:
        _download()
    except ServiceError as error:
        console.print(f"! {error}")


def get_if_possible() -> None:
    if is_wanted():
        download_if_possible()


def _download() -> None:
    with Steps() as steps, steps("rabbitmq", "downloading with apt"):
        apt.download_rabbitmq()


def available() -> tuple[str, ...]:
    """The services that can be had here. One that cannot is named, and the lab goes on without it."""
    if apt.rabbitmq_can_be_had():
        return services.NAMES
    console.print(f"! chapters that need RabbitMQ stop in their first cell until you have it: {how_to_install()}")
    return tuple(name for name in services.NAMES if name != "rabbitmq")
