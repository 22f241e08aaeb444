"""RabbitMQ by apt, with consent, for this clone alone: nothing is installed on the machine, and nobody need be root.

apt finds, downloads and verifies the packages, by the machine's own sources and keys, and dpkg-deb unpacks them into a
folder of the clone. Which ones: apt is given a list of the machine's packages without Erlang and RabbitMQ in it, and
asked for RabbitMQ.
"""

import fcntl
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from nexus import environment, services
from nexus.errors import ServiceError
from nexus.services.rabbitmq import find_script, unpacked

PACKAGE = "rabbitmq-server"
# What apt reads of an installed package. Without what that one needs, since nothing is missing on the machine itself.
FIELDS = ("Package", "Status", "Architecture", "Multi-Arch", "Version", "Provides")
PROGRAMS = ("apt-get", "dpkg-deb", "dpkg-query")


def rabbitmq_is_missing() -> bool:
    try:
        find_script()
    except ServiceError:
        return True
    return False


def rabbitmq_can_be_had() -> bool:
    """Whether a chapter gets a RabbitMQ here: one to start, or else one that runs elsewhere and is named."""
    return not rabbitmq_is_missing() or "rabbitmq" in services.find(("rabbitmq",))


def download_rabbitmq() -> None:
    """Put RabbitMQ and its Erlang into the clone, whole or not at all; do nothing where they are.

    Two that do it at once take turns. Raises ServiceError with the first thing that apt complained about.
    """
    place = unpacked()
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with place.with_suffix(".lock").open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                _put_into(place, lock)
    except OSError as error:
        raise ServiceError(f"RabbitMQ can't be put into {place}: {error.strerror}") from error


def _put_into(place: Path, lock: TextIO) -> None:
    part = place.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)  # of a download that was killed
    apt = _Apt(part, place.with_suffix(".log"), lock.fileno())
    try:
        for folder in ("cache/archives/partial", "lists/partial", "root"):
            (part / folder).mkdir(parents=True)
        (part / "status").write_text(installed_without_rabbitmq(), encoding="utf-8")
        apt.download()
        for package in sorted((part / "cache" / "archives").glob("*.deb")):
            apt.run("dpkg-deb", "--extract", str(package), str(part / "root"))
        relocate(part / "root")
        (part / "root").rename(place)
        apt.log.unlink()
    finally:
        shutil.rmtree(part, ignore_errors=True)


@dataclass
class _Apt:
    """apt with a state and a cache of its own. lock: a file that is locked until the last program has ended, too."""

    part: Path
    log: Path
    lock: int

    def download(self) -> None:
        """By the machine's package lists. Where they are missing, unreadable or too old, by lists of our own."""
        self.log.unlink(missing_ok=True)
        try:
            self._install()
        except ServiceError:
            self.log.unlink()
            lists = f"Dir::State::lists={self.part / 'lists'}"
            # Its exit code says nothing: it is 0 without a network, and not 0 where one source of many is gone.
            self._run("apt-get", "update", "-qq", *self._options(), "-o", lists)
            self._install("-o", lists)

    def run(self, *command: str) -> None:
        if self._run(*command):
            raise ServiceError(f"{command[0]} could not bring RabbitMQ: {complaint(self.log)} (its log: {self.log})")

    def _install(self, *options: str) -> None:
        alone = ("--download-only", "--no-install-recommends")
        self.run("apt-get", "install", "-qqy", *alone, *self._options(), *options, PACKAGE)

    def _run(self, *command: str) -> int:
        with self.log.open("a", encoding="utf-8") as log:
            settings = environment.chosen(
                *environment.NETWORK, LC_ALL="C.UTF-8"
            )  # a proxy may be the way to the packages
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=settings, pass_fds=[self.lock]
            ).returncode

    def _options(self) -> list[str]:
        settings = {
            "Dir::State::status": self.part / "status",
            "Dir::Cache": self.part / "cache",
            "Debug::NoLocking": "true",  # the machine's lock is root's, and is for installing
            "APT::Sandbox::User": "root",  # for root: apt's own user may not look into every clone
            "Acquire::Languages": "none",
            "Acquire::Retries": "1",
        }
        return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def installed_without_rabbitmq() -> str:
    """The machine's packages, as dpkg keeps them, without those of Erlang and RabbitMQ."""
    ask = "".join(f"{field}: ${{{field}}}\n" for field in FIELDS) + "\n"
    known = subprocess.run(["dpkg-query", "-W", "-f", ask], stdout=subprocess.PIPE, encoding="utf-8", check=False)
    filled = re.sub(r"^[\w-]+: *\n", "", known.stdout, flags=re.MULTILINE)
    return "".join(one for one in re.findall(r"(?:.+\n)+\n", filled) if not re.match(".*(erlang|rabbitmq)", one))


def relocate(root: Path) -> None:
    """Let Erlang's start script find its folder where it is, and not where Debian would have installed it."""
    script = root / "usr/lib/erlang/bin/erl"
    text = script.read_text(encoding="utf-8")
    here = re.sub(r'ROOTDIR="?/usr/lib/erlang"?$', 'ROOTDIR="${0%/bin/erl}"', text, flags=re.MULTILINE)
    script.write_text(here, encoding="utf-8")


def complaint(log: Path) -> str:
    """The line of apt's or dpkg's that says most: what could not be fetched, else the first error."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    for pattern in ("[EW]: (Failed to fetch .*)", "E: (.*)", "(.+)"):
        if found := next(filter(None, (re.fullmatch(pattern, line) for line in lines)), None):
            return re.sub(r"\s+", " ", found[1]).strip()
    return "it said nothing"
