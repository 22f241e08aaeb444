"""What a chapter needs to know of a server: where it answers, and where it came from."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Service:
    """A Postgres, Redis or RabbitMQ that answers.

    name: "postgres", "redis" or "rabbitmq". origin: "environment", "compose" or "embedded".
    url: with user and password; never show it, show `address`. api_url: RabbitMQ's management API.
    """

    name: str
    origin: str
    url: str
    api_url: str | None = None

    @property
    def address(self) -> str:
        """Host and port, without user and password: safe to show."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
