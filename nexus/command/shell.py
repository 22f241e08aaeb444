"""Settings of other programs that `nexus doctor` finds in the shell and the home folder, and what becomes of them."""

import os
import re
import sys
from pathlib import Path

from nexus import environment

CLIENTS = "ignored by the lab's clients; what a server of yours needs belongs in its URL, such as ?sslmode=require"
NOT_HANDED_ON = "not handed on to the lab's servers and kernels"
VARIABLES = {
    environment.LIBPQ: CLIENTS,
    "|".join(environment.PROXIES): "not used for this machine's own addresses",
    "NETRC": "not read by a chapter's requests",
    r"JUPYTER\w*|IPYTHON\w*": "not read by `make lab` and its kernels",
    r"PYTHON\w+|GUNICORN_\w+|UVICORN_\w+|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS|DJANGO_\w+|CELERY_\w+": NOT_HANDED_ON,
    r"RABBITMQ_\w+|ERL_\w+|LD_PRELOAD|BASH_ENV|ENV": NOT_HANDED_ON,
}
FILES = {
    "~/.netrc": "not read by a chapter's requests",
    "~/.jupyter/jupyter_*config*": "not read by `make lab`; your theme and shortcuts are",
    "~/.ipython/profile_default/*config*": "not read by the lab's kernels",
    "~/.ipython/profile_default/startup/*.*py": "not run by the lab's kernels",
}


def findings() -> list[str]:
    """A line for each variable, file and limit that would have changed what the lab does."""
    return [*_variables(), *_files(), *_locale(), *_open_files(), *_temporary_folder()]


def _variables() -> list[str]:
    said = []
    for pattern, outcome in VARIABLES.items():
        matching = sorted(name for name in environment.found if re.fullmatch(pattern, name, re.IGNORECASE))
        said += [f"{', '.join(matching)}: {outcome}"] if matching else []
    return said


def _files() -> list[str]:
    home = Path.home()
    return [
        f"~/{path.relative_to(home)}: {outcome}"
        for pattern, outcome in FILES.items()
        for path in sorted(home.glob(pattern.removeprefix("~/")))
        if path.name != "README"
    ]


def _locale() -> list[str]:
    if environment.is_utf8(environment.found) or sys.platform == "darwin":
        return []
    return ["the locale has no UTF-8: the lab's servers and kernels get C.UTF-8"]


def _open_files() -> list[str]:
    before, now = environment.open_files
    return [f"at most {before} open files (ulimit -n): raised to {now} for the lab"] if now != before else []


def _temporary_folder() -> list[str]:
    folder = os.environ.get("TMPDIR", "")
    usable = not folder or "TMPDIR" in environment.chosen()
    return [] if usable else [f"TMPDIR is {folder}, which can't be used: {NOT_HANDED_ON}"]
