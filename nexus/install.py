"""Make .venv and install locked requirements into it: the first step of every `make` command.

Without arguments those of a learner (requirements.lock); with "all" those of a contributor, too, which then stay.
Runs on the machine's own Python, before anything is installed: standard library only, and no syntax newer than
what the Pythons that it turns away can read.
"""

from __future__ import print_function

import ast
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LEARNERS, ALL = "requirements.lock", "requirements-all.lock"
LOG = os.path.join(ROOT, ".nexus", "install.log")
STAMP = os.path.join(VENV, "nexus-installed")
INSTALLER = os.path.join(VENV, "installer")
OLDEST, NEWEST = (3, 11), (3, 14)  # the versions that the lock is resolved for and CI proves

# What pip and uv get of the environment, besides what each program of ours does: the way to the packages. The rest
# of their settings (PIP_USER, PIP_TARGET, UV_SYSTEM_PYTHON, ...) would put packages elsewhere, or other ones.
UV = (
    "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INSECURE_HOST",
    "UV_CACHE_DIR", "UV_HTTP_TIMEOUT", "UV_KEYRING_PROVIDER", r"UV_INDEX_\w+_(USERNAME|PASSWORD)",
)  # fmt: skip
WAY = ("NETRC", "SSL_CLIENT_CERT", "XDG_CACHE_HOME") + UV
# pip's settings of that kind, in its files or its environment, and what uv calls them.
PIP = {
    "index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_EXTRA_INDEX_URL", "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST", "cert": "SSL_CERT_FILE", "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY", "timeout": "UV_HTTP_TIMEOUT", "default-timeout": "UV_HTTP_TIMEOUT",
    "keyring-provider": "UV_KEYRING_PROVIDER", "cache-dir": None,
}  # fmt: skip
# What pip, uv and the operating system say where the cause is known, and what to do then.
CAUSES = (
    (
        r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|self.signed certificate",
        "the package index shows a certificate that is not trusted here: name the file of your network's certificates, "
        "as in `PIP_CERT=/path/to/certificates.pem make lab`",
    ),
    (
        r"DO NOT MATCH THE HASHES|[Hh]ash mismatch",
        "a package is not the one that the lock names: try again, or ask who runs your package index or proxy",
    ),
    (r"No space left on device|Disk quota exceeded", "the disk is full: free 1 GB, then type the same command again"),
    (
        r"Proxy Authentication Required|Tunnel connection failed|unsuccessful tunnel",
        "the proxy does not let us through: check HTTPS_PROXY, then type the same command again",
    ),
    (
        r"NewConnectionError|ConnectTimeout|dns error|Connection refused|[Nn]ame resolution|Name or service not known|"
        r"nodename nor servname|Network is unreachable|No route to host|tcp connect error|timed out",
        "the package index can't be reached: connect to the network, then type the same command again",
    ),
)


class InstallError(Exception):
    """One line for the person at the keyboard: what is wrong and what to do."""


def main():
    try:
        use_proved_python()
        os.makedirs(os.path.dirname(LOG), exist_ok=True)
        with only_one_install():
            bring(ALL if sys.argv[1:] == ["all"] else LEARNERS)
    except InstallError as error:
        sys.exit("nexus: %s" % error)
    except PermissionError as error:
        sys.exit("nexus: %s belongs to another user: type `sudo chown -R $USER .` here, then try again" % error.filename)
    except KeyboardInterrupt:
        sys.exit("nexus: stopped; the next `make` goes on from here")


def use_proved_python():
    """Go on under another Python of this machine where the one that make found is too old or too new."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            candidate = os.path.join(folder, "python3.%d" % minor)
            if os.access(candidate, os.X_OK) and works(candidate):
                os.execv(candidate, [candidate] + sys.argv)
    raise InstallError(
        "Python %d.%d is too %s: install Python %d.%d to %d.%d, or name one with `make lab PYTHON=/path/to/python3`"
        % (sys.version_info[:2] + ("old" if sys.version_info[:2] < OLDEST else "new",) + OLDEST + NEWEST)
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


def bring(lock):
    """Install what the lock names, unless it is there. What a contributor had stays, in a newer state."""
    there = read(STAMP)
    if there in (fingerprint(lock), fingerprint(ALL)):
        return
    more = there == fingerprint(LEARNERS)
    if not more:
        lock = ALL if there.startswith(ALL) else lock
        step("Python environment in .venv", make_venv)
    settings = way_to_packages()
    step("uv, the installer", lambda: install_uv(settings))
    step("packages from %s" % lock, lambda: uv(settings, "packages", "--require-hashes", "-r", os.path.join(ROOT, lock)))
    if not more:
        ours = ("--no-deps", "--no-build-isolation", "--offline", "-e", ROOT)
        step("the lab itself", lambda: uv(settings, "lab", *ours))
    shutil.rmtree(INSTALLER)
    with open(STAMP, "w") as stamp:
        stamp.write(fingerprint(lock))


def fingerprint(lock):
    """What the installed state depends on: the lock, the package's own metadata, this folder, this Python."""
    metadata = read(os.path.join(ROOT, "pyproject.toml")).partition("[dependency-groups]")[0]
    state = "\n".join([read(os.path.join(ROOT, lock)), metadata, ROOT, sys.version])
    return "%s %s" % (lock, hashlib.sha256(state.encode()).hexdigest())


def make_venv():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise InstallError(
            "this Python has no venv module: on Debian or Ubuntu type `sudo apt-get install python3-venv`, then `make lab` again"
        )
    run([sys.executable, "-m", "venv", "--clear", VENV], "the Python environment could not be made", chosen())


def chosen(*also, **settings):
    """An environment for one of these steps: that of every program of ours, and what is named."""
    import environment  # beside this file, and of the standard library alone; not before the Python is new enough

    return environment.chosen(*(environment.NETWORK + also), **settings)


def way_to_packages():
    """The environment for pip and uv. What pip's files and variables say of the way to the packages is for both."""
    command = [PYTHON, "-m", "pip", "config", "list"]
    asked = subprocess.run(command, env=chosen(r"PIP_\w+"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = asked.stdout.decode()
    if asked.returncode:
        raise InstallError("pip can't read its own settings: %s" % reason(said))
    settings = chosen(*WAY, UV_NO_CONFIG="1", UV_SYSTEM_CERTS="1", PIP_CONFIG_FILE=os.devnull)
    # As pip does, take the version that is locked from whichever index has it.
    settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    for option, value in pip_settings(said).items():
        settings["PIP_" + option.upper().replace("-", "_")] = value
        if PIP[option] and not (option == "index-url" and "UV_INDEX_URL" in settings):
            settings.setdefault(PIP[option], value.replace(" ", ",") if option == "find-links" else value)
    return settings


def pip_settings(said):
    """Of the lines of `pip config list`, such as global.index-url='...', those in PIP. The environment's count most."""
    found = {}
    for section in ("global", "install", ":env:"):
        for option, value in re.findall(r"^%s\.([\w-]+)=(.+)$" % section, said, re.MULTILINE):
            if option in PIP:
                found[option] = " ".join(ast.literal_eval(value).split())
    return found


def install_uv(settings):
    """With pip, from the lines of the lock that pin uv, so that even the installer is held to its hash."""
    pinned = re.search(r"^uv==.*(?:\n    --hash.*)+", read(os.path.join(ROOT, ALL)), re.MULTILINE)
    shutil.rmtree(INSTALLER, ignore_errors=True)
    only_uv = os.path.join(VENV, "uv.txt")
    with open(only_uv, "w") as requirements:
        requirements.write(pinned.group(0).rstrip("\\\n ") + "\n")
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(command + ["--target", INSTALLER, "--retries", "1", "--require-hashes", "-r", only_uv], "uv could not be installed", settings)


def uv(settings, what, *arguments):
    program = [os.path.join(INSTALLER, "bin", "uv"), "pip", "install", "--no-progress", "--no-python-downloads"]
    run(program + ["--python", PYTHON] + list(arguments), "the %s could not be installed" % what, settings)


def run(command, fault, settings):
    """Run in this environment with the output in the log; where it fails, say `fault` and the reason in one line."""
    with open(LOG, "a") as log:
        log.write("\n$ %s\n" % " ".join(command))
        log.flush()
        start = log.tell()
        code = subprocess.call(command, cwd=ROOT, env=settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if code:
        with open(LOG) as log:
            log.seek(start)
            raise InstallError("%s: %s (all of it: .nexus/install.log)" % (fault, reason(log.read())))


def reason(output):
    """The cause where it is known, else the line of the output that says most."""
    for pattern, cause in CAUSES:
        if re.search(pattern, output):
            return cause
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(error|cause|\w*Error)\b", line, re.IGNORECASE)]
    return re.sub("^cause: ", "", (errors or lines or ["it gave no reason"])[-1])


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
