"""Logs: one line of JSON for each event, on standard error, with the id of the request or task it belongs to."""

from typing import Any

from systems.settings.environment import env
from systems.settings.kinds import one_of

LOG_LEVEL = env("LOG_LEVEL", one_of("DEBUG", "INFO", "WARNING", "ERROR"), default="WARNING")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "systems.core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
