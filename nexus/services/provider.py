"""The payment provider for development, `nexus.sandbox.provider`, as one more server of the clone."""

import subprocess
import sys
from typing import ClassVar

import requests

from nexus import environment, paths
from nexus.errors import ServiceError
from nexus.services import processes
from nexus.services.server import Server
from nexus.services.service import Service

MODE = "test"  # no money moves here


class Provider(Server):
    """settings: those of the program without their prefix, such as {"RETRY_SECONDS": "5"}."""

    name: ClassVar[str] = "provider"
    programs: ClassVar[tuple[str, ...]] = processes.PYTHON
    refusals: ClassVar[str] = "^4"

    def prepare(self) -> None:
        self.data.mkdir(exist_ok=True, mode=0o700)

    def launch(self) -> subprocess.Popen[bytes]:
        settings = {
            "PORT": str(self.port()),
            "DATA": str(self.data / "ledger.sqlite3"),
            "SECRET_KEY": self.secret_key,
            "WEBHOOK_SECRET": self.webhook_secret,
            **self.settings,
        }
        ours = {f"PROVIDER_{name}": value for name, value in settings.items()}
        env = environment.for_python(**ours, PYTHONPATH=str(paths.ROOT))
        return self._spawn(sys.executable, "-m", "nexus.sandbox.provider", cwd=self.folder, env=env)

    @property
    def secret_key(self) -> str:
        """What a merchant's requests bear. The prefix says that it moves no money, as Chapa's own test keys do."""
        return self.settings.get("SECRET_KEY") or f"CHASECK_TEST-{self.password()}"

    @property
    def webhook_secret(self) -> str:
        """What webhooks are signed with."""
        return self.settings.get("WEBHOOK_SECRET") or f"webhook-{self.password()}"

    def service(self) -> Service:
        """url: of the interface. api_url: the merchant's dashboard."""
        url = f"http://127.0.0.1:{self.port()}"
        return Service(self.name, "embedded", url, f"{url}/dashboard")

    def account(self) -> dict[str, str]:
        """What a merchant's program must know: the `url`, its `key`, the `webhook_secret`, and the `mode` of both."""
        url, key, secret = self.service().url, self.secret_key, self.webhook_secret
        return {"url": url, "key": key, "webhook_secret": secret, "mode": MODE}

    def send_webhooks_to(self, url: str) -> None:
        """From now on, those that wait too. Raises ServiceError where the provider does not answer."""
        try:
            requests.post(str(self.service().api_url), json={"webhook_url": url}, timeout=5).raise_for_status()
        except requests.RequestException as error:
            raise ServiceError("the payment provider does not answer, so no webhooks can be asked for") from error

    def connect(self) -> requests.Session:
        """A session whose requests bear the merchant's key."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.secret_key}"
        return session

    @staticmethod
    def version(service: Service) -> str:
        requests.get(f"{service.url}/readyz", timeout=5).raise_for_status()
        return "the payment sandbox"
