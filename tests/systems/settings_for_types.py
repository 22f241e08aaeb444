"""The settings as mypy's plugin for Django reads them: no server is asked, so the secrets are made up."""

import os

for name, value in {
    "SYSTEMS_SECRET_KEY": "0123456789 and this is for the reading of types alone",
    "SYSTEMS_DATABASE_URL": "postgresql://none/none",
    "SYSTEMS_REDIS_URL": "redis://none",
}.items():
    os.environ.setdefault(name, value)

from systems.settings import *  # noqa: E402, F403
