"""The settings as mypy's plugin for Django reads them: no server is asked, so the secrets are made up."""

import os

for name, value in {
    "SECRET_KEY": "none", "DATABASE_URL": "postgresql://none", "REDIS_URL": "redis://none",
}.items():  # fmt: skip
    os.environ.setdefault(name, value)

from systems.settings import *  # noqa: E402, F403
