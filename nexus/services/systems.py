"""The backend systems (`systems/`), as one more server of the clone: gunicorn on the loopback address.

The settings are those of the systems' own environment, such as DATABASE_URL, without the prefix SYSTEMS_; "PORT"; and
"WORKERS", the number of processes.
"""

import hmac
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import requests

from nexus import paths
from nexus.errors import ServiceError
from nexus.services.ports import free_ports
from nexus.services.server import Server, write_private
from nexus.services.service import Service

OURS = ("PORT", "WORKERS")
GUNICORN = ("GUNICORN_CMD_ARGS", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS")  # what it reads, meant for another server
THREADS = 8  # requests that each process answers at once


class Systems(Server):
    name: ClassVar[str] = "systems"
    programs: ClassVar[tuple[str, ...]] = (
        "gunicorn: master [systems]", "gunicorn: worker [systems]",  # what gunicorn calls itself, where it can
        Path(sys.executable).name, Path(sys.executable).resolve().name, "Python"
    )  # fmt: skip

    def prepare(self) -> None:
        for command in (["migrate", "--verbosity", "0"], ["seed"]):
            self.manage(*command)

    def _choose_ports(self) -> None:
        """The port that "PORT" names or, without it, a free one."""
        super()._choose_ports()
        if wanted := self.settings.get("PORT"):
            if free_ports([int(wanted)]) != [int(wanted)]:
                raise ServiceError(f"port {wanted} is taken: stop what listens there, or type `make systems PORT=8080`")
            write_private(self.folder / "state.json", json.dumps({**self._state(), "port": int(wanted)}))

    def manage(self, *command: str) -> str:
        """One of Django's commands; returns what it said. Raises ServiceError with its last line where it fails."""
        run = [sys.executable, "-m", "systems.manage", *command]
        done = subprocess.run(run, cwd=paths.ROOT, env=self._environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise ServiceError(f"systems: {command[0]} failed: {last}")
        return done.stdout

    def launch(self) -> subprocess.Popen[bytes]:
        options = {
            "--name": "systems",
            "--bind": f"127.0.0.1:{self.port()}",
            "--workers": self.settings.get("WORKERS", "2"),
            "--threads": str(THREADS),
            "--keep-alive": "60",  # seconds: one that closes sooner may do so just as a resting client sends again
            "--limit-request-line": "8190",  # the most it takes; a search with all its words can be so long
            "--worker-tmp-dir": str(self.folder),
            "--graceful-timeout": "5",
            "--timeout": "60",
            "--log-level": "warning",
        }
        arguments = [part for option in options.items() for part in option]
        command = (sys.executable, "-m", "gunicorn", "--no-control-socket", *arguments, "systems.wsgi")
        return self._spawn(*command, cwd=self.folder, env=self._environment())

    def service(self) -> Service:
        return Service(self.name, "embedded", f"http://127.0.0.1:{self.port()}")

    def sample_password(self) -> str:
        """Of the sample accounts: NEXUS_SAMPLE_PASSWORD, or one that was made for this folder."""
        return os.environ.get("NEXUS_SAMPLE_PASSWORD") or self._derived("sample password")[:16]

    @staticmethod
    def version(service: Service) -> str:
        requests.get(f"{service.url}/readyz", timeout=5).raise_for_status()
        return "the systems"

    def _environment(self) -> dict[str, str]:
        settings = {
            "HTTPS": "false",  # nothing but this machine is asked
            "SAMPLE_PASSWORD": self.sample_password(),
            "SECRET_KEY": self._derived("secret key"),
            **{name: value for name, value in self.settings.items() if name not in OURS},
        }
        ours = {f"SYSTEMS_{name}": value for name, value in settings.items()}
        inherited = {name: value for name, value in os.environ.items() if name not in GUNICORN}
        return {**inherited, **ours, "PYTHONPATH": str(paths.ROOT)}

    def _derived(self, purpose: str) -> str:
        """A secret for one purpose, which tells nothing of the others."""
        return hmac.new(self.password().encode(), purpose.encode(), "sha512").hexdigest()
