"""The mail server for development, `nexus.sandbox.inbox`, as one more server of the clone."""

import smtplib
import subprocess
import sys
from typing import ClassVar

import requests

from nexus import environment, paths
from nexus.services import processes
from nexus.services.server import Server
from nexus.services.service import Service


class Inbox(Server):
    """settings: those of the program without their prefix, such as {"MESSAGES": "100"}."""

    name: ClassVar[str] = "inbox"
    programs: ClassVar[tuple[str, ...]] = processes.PYTHON
    refusals: ClassVar[str] = "^4"
    ports: ClassVar[tuple[str, ...]] = ("smtp", "port")

    def prepare(self) -> None:
        """Nothing: it keeps its mails in memory."""

    def launch(self) -> subprocess.Popen[bytes]:
        settings = {"PORT": str(self.port()), "SMTP_PORT": str(self.port("smtp")), **self.settings}
        ours = {f"INBOX_{name}": value for name, value in settings.items()}
        env = environment.for_python(**ours, PYTHONPATH=str(paths.ROOT))
        return self._spawn(sys.executable, "-m", "nexus.sandbox.inbox", cwd=self.folder, env=env)

    def service(self) -> Service:
        """url: where mail is sent to. api_url: its pages, and /messages.json."""
        page = f"http://127.0.0.1:{self.port()}"
        return Service(self.name, "embedded", f"smtp://127.0.0.1:{self.port('smtp')}", page)

    def connect(self) -> smtplib.SMTP:
        """A new session, as a program has that sends mail."""
        return smtplib.SMTP("127.0.0.1", self.port("smtp"), local_hostname="localhost", timeout=30)

    @staticmethod
    def version(service: Service) -> str:
        requests.get(f"{service.api_url}/readyz", timeout=5).raise_for_status()
        return "the inbox"
