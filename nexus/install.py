"""Make .venv and install the locked requirements into it: the first step of every `make` command.

Runs on the machine's own Python, before anything is installed: standard library only, and no syntax newer than
what the Pythons that it turns away can read.
"""

from __future__ import print_function

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCK = os.path.join(ROOT, "requirements.lock")
LOG = os.path.join(ROOT, ".nexus", "install.log")
STAMP = os.path.join(VENV, "nexus-installed")
OLDEST, NEWEST = (3, 11), (3, 13)  # the versions that the lock is resolved for and CI proves


class InstallError(Exception):
    """One line for the person at the keyboard: what is wrong and what to do."""


def main():
    try:
        use_new_enough_python()
        os.makedirs(os.path.dirname(LOG), exist_ok=True)
        with only_one_install():
            if read(STAMP) != fingerprint():
                install()
    except InstallError as error:
        sys.exit("nexus: %s" % error)
    except PermissionError as error:
        sys.exit("nexus: %s belongs to another user: type `sudo chown -R $USER .` here, then try again" % error.filename)
    except KeyboardInterrupt:
        sys.exit("nexus: stopped; the next `make` goes on from here")


def use_new_enough_python():
    """Go on under a newer Python of this machine where the one that make found is too old."""
    if sys.version_info[:2] >= OLDEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            candidate = os.path.join(folder, "python3.%d" % minor)
            if os.access(candidate, os.X_OK) and works(candidate):
                os.execv(candidate, [candidate] + sys.argv)
    raise InstallError(
        "Python %d.%d is too old: install Python 3.11 or newer, or name one with `make lab PYTHON=/path/to/python3`"
        % sys.version_info[:2]
    )


def works(python):
    """A version manager's shim may stand for a Python that is not chosen; only running it tells."""
    with open(os.devnull, "w") as nowhere:
        return subprocess.call([python, "-c", "import venv"], stdout=nowhere, stderr=nowhere) == 0


@contextlib.contextmanager
def only_one_install():
    """Two `make` commands at once must not write into one .venv; the second waits here for the first."""
    with open(os.path.join(ROOT, ".nexus", "install.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint():
    """What the installed state depends on: the lock, the package's own metadata, this folder, this Python."""
    metadata = read(os.path.join(ROOT, "pyproject.toml")).partition("[tool.ruff]")[0]
    return hashlib.sha256("\n".join([read(LOCK), metadata, ROOT, sys.version]).encode()).hexdigest()


def install():
    step("Python environment in .venv", make_venv)
    step("uv, the installer", install_uv)
    step("packages from requirements.lock", install_packages)
    step("the lab itself", install_lab)
    with open(STAMP, "w") as stamp:
        stamp.write(fingerprint())


def make_venv():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise InstallError(
            "this Python has no venv module: on Debian or Ubuntu type `sudo apt-get install python3-venv`, then `make lab` again"
        )
    run([sys.executable, "-m", "venv", "--clear", VENV], "the Python environment could not be made")


def install_uv():
    """With pip, from the lines of the lock that pin uv, so that even the installer is held to its hash."""
    pinned = re.search(r"^uv==.*(?:\n    --hash.*)+", read(LOCK), re.MULTILINE)
    only_uv = os.path.join(VENV, "uv.txt")
    with open(only_uv, "w") as requirements:
        requirements.write(pinned.group(0).rstrip("\\\n ") + "\n")
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(command + ["--retries", "1", "--require-hashes", "-r", only_uv], "uv could not be installed")


def install_packages():
    run(uv("install", "--require-hashes", "-r", LOCK), "the packages could not be installed")


def install_lab():
    run(uv("install", "--no-deps", "--no-build-isolation", "--offline", "-e", ROOT), "the lab could not be installed")


def uv(*arguments):
    return [PYTHON, "-m", "uv", "pip", "--no-progress", "--no-python-downloads"] + list(arguments) + ["--python", PYTHON]


def run(command, fault):
    """Run with the output in the log; where it fails, say `fault` and the reason in one line."""
    with open(LOG, "a") as log:
        log.write("\n$ %s\n" % " ".join(command))
        log.flush()
        start = log.tell()
        code = subprocess.call(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if code:
        with open(LOG) as log:
            log.seek(start)
            raise InstallError("%s: %s (all of it: .nexus/install.log)" % (fault, reason(log.read())))


def reason(output):
    if re.search(r"resolution|ConnectionError|NewConnection|connect|timed out|dns error", output, re.IGNORECASE):
        return "no network; connect, then type the same command again"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(error|\w*Error)\b", line, re.IGNORECASE)]
    return (errors or lines or ["no reason given"])[-1]


def step(title, action):
    print("  %-40s" % title, end="", flush=True)
    start = time.time()
    try:
        action()
    except BaseException:
        print("failed")
        raise
    print("%5.1f s" % (time.time() - start))


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except IOError:
        return ""


if __name__ == "__main__":
    main()
