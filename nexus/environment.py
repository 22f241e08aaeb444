"""What a program of ours is started with, and what this process itself reads: chosen here, not inherited.

A shell may hold settings of other programs: libpq's PGSSLMODE, a proxy, JupyterLab's configuration, a locale without
letters. Handed on are the few variables that say where programs and the home folder are and who works here (`BASE`).
A Python also gets our own settings (`PYTHON`), and JupyterLab what a person in its terminals needs (`PERSON`).

`settle` does the same for a process that imports nexus, so for each kernel that runs a chapter: it takes away the few
variables that would change what a chapter's clients do on this machine's own servers.
"""

import os
import re
import resource
from collections.abc import Mapping
from pathlib import Path

BASE = ("PATH", "HOME", "USER", "LOGNAME", "TERM")
LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")  # in the order in which they count
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
PROXIES = NETWORK[:3]
# A Python that was built as a shared library may not start without the first two.
PYTHON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", r"NEXUS_\w+", r"SYSTEMS_\w+")
PERSON = (
    "SHELL", "COLORTERM", "EDITOR", "VISUAL", "PAGER", "SSH_AUTH_SOCK", "DISPLAY", "WAYLAND_DISPLAY", r"DOCKER_\w+",
    *NETWORK,  # a terminal may fetch something
)  # fmt: skip
# libpq's own; a server that needs one of them takes it in its URL, such as ?sslmode=require.
LIBPQ = r"PG[A-Z]+"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
OPEN_FILES = 1024  # what most systems give a process, and what the chapters are proved with; macOS gives 256

# For `nexus doctor`: the environment as it was before `settle`, and the limit before and after.
found: dict[str, str] = {}
open_files: list[int] = []


def chosen(*also: str, **settings: str) -> dict[str, str]:
    """BASE and `also` (patterns of names) as they are here, a UTF-8 locale, a usable TMPDIR, and `settings`."""
    wanted = re.compile("|".join((*BASE, *also)), re.IGNORECASE)
    handed_on = {name: value for name, value in os.environ.items() if wanted.fullmatch(name)}
    return {"PATH": os.defpath, **handed_on, **_locale(), **_temporary_folder(), **settings}


def for_python(*also: str, **settings: str) -> dict[str, str]:
    """`chosen` for a Python of ours, which reads and writes UTF-8 whatever the locale says."""
    return chosen(*PYTHON, *also, PYTHONUTF8="1", **settings)


def is_utf8(environment: Mapping[str, str]) -> bool:
    """Whether the locale of an environment is one with all letters."""
    locale = next(filter(None, map(environment.get, LOCALE)), "")
    return locale.lower().replace("-", "").endswith("utf8")


def settle() -> None:
    """Make this process, and what it starts, a good client of this machine's own servers. Once, at nexus' import."""
    found.update(os.environ)
    for name in [name for name in os.environ if re.fullmatch(LIBPQ, name)]:
        del os.environ[name]
    # Never through a proxy to this machine itself. Python prefers the small letters, other clients the capitals.
    listed = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host.strip() for host in listed.split(",") if host.strip()]
    direct = ",".join(hosts + [host for host in LOOPBACK if host not in hosts])
    os.environ.update(no_proxy=direct, NO_PROXY=direct)
    # requests would put a password of ~/.netrc in place of the token that a chapter sends.
    os.environ["NETRC"] = os.devnull
    open_files.extend(_raise_open_files())


def _raise_open_files() -> tuple[int, int]:
    """The limit before and after."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft, soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return soft, wanted


def _locale() -> dict[str, str]:
    if not is_utf8(os.environ):
        return {"LANG": "C.UTF-8"}
    return {name: os.environ[name] for name in LOCALE if os.environ.get(name)}


def _temporary_folder() -> dict[str, str]:
    folder = os.environ.get("TMPDIR", "")
    usable = folder and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return {"TMPDIR": folder} if usable else {}
