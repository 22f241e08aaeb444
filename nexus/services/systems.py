"""The backend systems (`systems/`), as one more server of the clone, on the loopback address.

What there is to start, and how, is asked of `systems/roles.toml`. The settings are those of the systems' own
environment, without their prefix; "ROLE"; "PORT"; and "WORKERS", the number of processes.
"""

import fcntl
import hmac
import json
import os
import secrets
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import requests

from nexus import environment, paths
from nexus.errors import ServiceError
from nexus.services import processes
from nexus.services.ports import free_ports
from nexus.services.provider import Provider
from nexus.services.server import Server, Settings, write_private
from nexus.services.service import Service

FOLDER = paths.ROOT / "systems"
OURS = ("PORT", "ROLE", "WORKERS")


@dataclass(frozen=True)
class Role:
    """How a role is started. needs and uses: names of services. command: what `python -m` takes."""

    needs: tuple[str, ...]
    uses: tuple[str, ...]  # what it runs without
    command: tuple[str, ...]

    @property
    def listens(self) -> bool:
        return any("{port}" in part for part in self.command)


@cache
def declared() -> dict[str, Any]:
    """What the systems say of themselves, in `roles.toml`."""
    return tomllib.loads((FOLDER / "roles.toml").read_text(encoding="utf-8"))


def accounts(role: str) -> list[str]:
    """The e-mail addresses of the sample accounts with this role, such as "guest"."""
    return [email for email, account in declared()["sample"]["accounts"].items() if account["role"] == role]


def roles() -> dict[str, Role]:
    made = {name: (one["needs"], one.get("uses", ()), one["command"]) for name, one in declared()["roles"].items()}
    return {name: Role(*map(tuple, parts)) for name, parts in made.items()}


def payments(provider: Provider) -> dict[str, str]:
    """The settings by which a role finds this provider."""
    names = declared()["settings"]["payments"]
    return {names[what]: value for what, value in provider.account().items()}


def must_be_free(port: int) -> None:
    """Raises ServiceError where something listens on the port."""
    if free_ports([port]) != [port]:
        raise ServiceError(f"port {port} is taken: stop what listens there, or type `make systems PORT=8080`")


class Systems(Server):
    name: ClassVar[str] = "systems"
    default_role: ClassVar[str] = "api"
    programs: ClassVar[tuple[str, ...]] = (
        *(name for role in declared()["roles"].values() for name in role.get("processes", ())),
        *processes.PYTHON,
    )
    refusals: ClassVar[str] = "^(4|503)"

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        super().__init__(folder, settings)
        self.role = roles()[self.settings.get("ROLE", self.default_role)]

    @property
    def _ready(self) -> Path:
        return self.folder / "ready"

    def prepare(self) -> None:
        """Its data are in Postgres."""
        self._ready.unlink(missing_ok=True)

    def _choose_ports(self) -> None:
        """The port that "PORT" names or, without it, a free one."""
        super()._choose_ports()
        if wanted := self.settings.get("PORT"):
            must_be_free(int(wanted))
            write_private(self.folder / "state.json", json.dumps({**self._state(), "port": int(wanted)}))

    def make_sample(self) -> None:
        """Bring the tables up to date, and fill in the sample data that are not there."""
        self._run(*declared()["sample"]["command"])

    def manage(self, *command: str) -> str:
        """One of Django's commands; returns what it said. Raises ServiceError with its last line where it fails."""
        return self._run(*declared()["manage"]["command"], *command)

    def launch(self) -> subprocess.Popen[bytes]:
        filled = {"port": self.port(), "workers": self.settings.get("WORKERS", "2"), "folder": self.folder}
        command = [part.format(**filled) for part in self.role.command]
        return self._spawn(sys.executable, "-m", *command, cwd=self.folder, env=self._environment())

    def service(self) -> Service:
        return Service(self.name, "embedded", f"http://127.0.0.1:{self.port()}" if self.role.listens else "")

    def trouble(self) -> str | None:
        if self.role.listens:
            return super().trouble()
        if not self.processes():
            return "it does not run"
        return None if self._ready.exists() else "it is not ready yet"

    def sample_password(self) -> str:
        """Of the sample accounts: NEXUS_SAMPLE_PASSWORD, or one that was made for this clone."""
        return os.environ.get("NEXUS_SAMPLE_PASSWORD") or derived("sample password")[:16]

    @staticmethod
    def version(service: Service) -> str:
        requests.get(service.url + declared()["api"]["ready"], timeout=5).raise_for_status()
        return "the systems"

    def _run(self, *command: str) -> str:
        run = [sys.executable, "-m", *command]
        done = subprocess.run(run, cwd=paths.ROOT, env=self._environment(), capture_output=True, encoding="utf-8")
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise ServiceError(f"systems: {command[1]} failed: {last}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        known = declared()["settings"]
        settings = {
            **known["loopback"],
            known["sample_password"]: self.sample_password(),
            known["ready_file"]: str(self._ready),
            known["secret_key"]: derived(f"secret key of {self.folder}"),
            **{name: value for name, value in self.settings.items() if name not in OURS},
        }
        ours = {known["prefix"] + name: value for name, value in settings.items()}
        return environment.for_python(**ours, PYTHONPATH=str(paths.ROOT))


class Worker(Systems):
    name, default_role = "worker", "worker"


class Beat(Systems):
    name, default_role = "beat", "beat"


class Relay(Systems):
    name, default_role = "relay", "relay"


class Metrics(Systems):
    name, default_role = "metrics", "metrics"


def derived(purpose: str) -> str:
    """A secret of this clone for one purpose, which tells nothing of the others."""
    return hmac.new(_secret().encode(), purpose.encode(), "sha512").hexdigest()


def _secret() -> str:
    """Made when it is first asked for. Two that ask at once get the same."""
    paths.home().mkdir(parents=True, exist_ok=True, mode=0o700)
    private = os.open(paths.home() / "secret", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(private, "r+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (secret := file.read()):
            secret = secrets.token_urlsafe(32)
            file.write(secret)
        return secret
