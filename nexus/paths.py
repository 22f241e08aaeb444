"""Where things of this clone live, and the settings that may move them."""

import hashlib
import os
from pathlib import Path

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
WORK = ROOT / (os.environ.get("NEXUS_WORK") or "work")


def home() -> Path:
    """The folder of all that this clone starts and remembers: `.nexus`, unless NEXUS_HOME names another."""
    return ROOT / (os.environ.get("NEXUS_HOME") or ".nexus")


def setting(name: str) -> str | None:
    """A setting from the environment, else from the clone's `.env`, else None. Empty counts as not set."""
    return os.environ.get(name) or dotenv_values(ROOT / ".env").get(name) or None


def scope() -> str:
    """Six hexadecimal digits that tell this clone's rooms from those of another clone on the same server."""
    return hashlib.sha256(os.fsencode(home().resolve())).hexdigest()[:6]
