"""The install in a shell, and a home folder, that hold settings of pip, uv and Python: it does what it does elsewhere.

The packages come from an index on this machine, by the pip and the uv that a learner gets.
"""

import base64
import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path

import pytest

from nexus import paths

LEARNERS = ("editables", "hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers")
CONTRIBUTORS = (*LEARNERS, "click", "uv")
CERTIFICATE = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1")


class Quiet(SimpleHTTPRequestHandler):
    """A folder's listing is all that a package index need be."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Index:
    """A package index of this machine, with a few of this clone's own packages."""

    folder: Path
    url: str = ""
    tls_url: str = ""

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def lock(self, *names: str) -> str:
        return "".join(self._pin(next((self.folder / "simple" / name).glob("*.whl"))) for name in names)

    def _pin(self, wheel: Path) -> str:
        name, version = wheel.parent.name, wheel.name.split("-")[1]
        return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def pack(name: str, place: Path) -> None:
    """Make a wheel again of an installed package."""
    package = distribution(name)
    kind = re.findall(r"^Tag: (.*)$", package.read_text("WHEEL") or "", re.MULTILINE)[0]
    stem = f"{package.metadata['Name'].replace('-', '_')}-{package.version}"
    place.mkdir(parents=True)
    record = f"{stem}.dist-info/RECORD"
    with zipfile.ZipFile(place / f"{stem}-{kind}.whl", "w") as wheel:
        lines = [f"{record},,"]
        for file in package.files or []:
            if file.suffix == ".pyc" or file.name in ("RECORD", "INSTALLER", "REQUESTED"):
                continue
            inside = f"{stem}.data/scripts/{file.name}" if ".." in file.parts else str(file)
            content = Path(str(file.locate())).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            lines.append(f"{inside},sha256={digest},{len(content)}")
            wheel.write(str(file.locate()), inside)
        wheel.writestr(record, "\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    index = Index(tmp_path_factory.mktemp("index"))
    for name in CONTRIBUTORS:
        pack(name, index.folder / "simple" / name)
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=index.folder)) for _ in range(2)]
    alternative = ("-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")
    key = index.folder.with_suffix(".key")
    output = ("-keyout", key, "-out", index.certificate)
    subprocess.run(["openssl", "req", *CERTIFICATE, *alternative, *output], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(index.certificate, key)
    servers[1].socket = context.wrap_socket(servers[1].socket, server_side=True)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = [server.server_address[1] for server in servers]
    yield Index(index.folder, f"http://127.0.0.1:{ports[0]}/simple", f"https://127.0.0.1:{ports[1]}/simple")
    for server in servers:
        server.shutdown()


@pytest.fixture
def clone(index: Index, tmp_path: Path) -> Path:
    """As much of a clone as the install needs, and a home folder beside it."""
    clone = tmp_path / "my clone"
    for name in ("Makefile", "README.md", "LICENSE", "pyproject.toml", "nexus/install.py", "nexus/environment.py"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(paths.ROOT / name, clone / name)
    (clone / "requirements.lock").write_text(index.lock(*LEARNERS), encoding="utf-8")
    (clone / "requirements-all.lock").write_text(index.lock(*CONTRIBUTORS), encoding="utf-8")
    (tmp_path / "home").mkdir()
    return clone


def make(clone: Path, *goal: str, **settings: str) -> subprocess.CompletedProcess[str]:
    home = clone.parent / "home"
    environment = {"PATH": os.defpath, "HOME": str(home), **settings}
    command = ["make", "--silent", *(goal or ["install"]), f"PYTHON={sys.executable}"]
    return subprocess.run(command, cwd=clone, env=environment, capture_output=True, encoding="utf-8", check=False)


def installs(clone: Path, **settings: str) -> None:
    """The install works under these settings, and puts all it brings where it belongs."""
    done = make(clone, **settings)
    assert done.returncode == 0, (clone / ".nexus" / "install.log").read_text(encoding="utf-8")[-3000:]
    assert len(done.stdout.splitlines()) == 4
    assert has(clone, "hatchling", "nexus")
    assert not has(clone, "uv")  # it is no part of what a learner keeps
    assert sorted(path.name for path in (clone.parent / "home").iterdir() if path.name[0] != ".") == []


def has(clone: Path, *modules: str) -> bool:
    """Whether the clone's own Python finds them, in the clone."""
    code = (
        "import importlib, sys; print(*(importlib.import_module(name).__path__[0] for name in sys.argv[1:]), sep='\\n')"
    )
    python = [str(clone / ".venv/bin/python"), "-I", "-c", code, *modules]
    run = subprocess.run(python, capture_output=True, encoding="utf-8", check=False)
    return run.returncode == 0 and all(path.startswith(str(clone)) for path in run.stdout.splitlines())


# --- settings that would put packages elsewhere, or other ones

ELSEWHERE = {
    "user": {"PIP_USER": "1"},
    "target": {"PIP_TARGET": "{home}/target", "UV_TARGET": "{home}/target"},
    "prefix": {"PIP_PREFIX": "{home}/prefix", "UV_PREFIX": "{home}/prefix"},
    "root": {"PIP_ROOT": "{home}/root"},
    "constraints": {"PIP_CONSTRAINT": "{home}/.constraints", "UV_CONSTRAINT": "{home}/.constraints"},
    "sources alone": {"PIP_NO_BINARY": ":all:", "UV_NO_BINARY": "1"},
    "no dependencies": {"PIP_NO_DEPS": "1", "PIP_DRY_RUN": "1", "PIP_IGNORE_INSTALLED": "1"},
    "an older day": {"UV_EXCLUDE_NEWER": "2001-01-01", "UV_OFFLINE": "0", "PIP_UPLOADED_PRIOR_TO": "2001-01-01"},
    "another Python": {
        "PYTHONHOME": "{home}",
        "PYTHONPATH": "{home}/.path",
        "VIRTUAL_ENV": "{home}",
        "UV_SYSTEM_PYTHON": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",
    },
}
USUAL = ("constraints",)  # the others are for `make prove`


@pytest.mark.parametrize(
    "settings",
    [pytest.param(each, id=name, marks=[pytest.mark.prove] * (name not in USUAL)) for name, each in ELSEWHERE.items()],
)
def test_the_install_does_not_read(index: Index, clone: Path, settings: dict[str, str]) -> None:
    home = clone.parent / "home"
    (home / ".constraints").write_text("uv<0\nhatchling<0\n", encoding="utf-8")
    (home / ".path").mkdir()
    (home / ".path" / "ssl.py").write_text("raise ImportError('not ours')\n", encoding="utf-8")
    theirs = {name: each.replace("{home}", str(home)) for name, each in settings.items()}
    installs(clone, PIP_INDEX_URL=index.url, UV_DEFAULT_INDEX=index.url, **theirs)


def test_of_pips_file_the_way_to_the_packages_alone_is_read(index: Index, clone: Path) -> None:
    file = clone.parent / "home" / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True)
    wrong = "user = true\nno-binary = :all:\nconstraint = /nowhere\n"
    file.write_text(f"[global]\nindex-url = {index.url}\n[install]\n{wrong}", encoding="utf-8")
    installs(clone)


@pytest.mark.prove
@pytest.mark.parametrize("above", ["", "home/.config/uv/"], ids=["a folder above", "the home folder"])
def test_uvs_own_files_are_not_read(index: Index, clone: Path, above: str) -> None:
    file = clone.parent / above / "uv.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('no-index = true\n[pip]\ntarget = "/nowhere"\n', encoding="utf-8")
    installs(clone, PIP_INDEX_URL=index.url)


@pytest.mark.prove
def test_the_packages_of_a_second_index_are_found(index: Index, clone: Path, tmp_path: Path) -> None:
    """As pip does it, whichever index has them, and from a folder of files."""
    (tmp_path / "files").mkdir()
    for wheel in (index.folder / "simple" / "hatchling").iterdir():
        shutil.copy(wheel, tmp_path / "files")
    installs(
        clone, PIP_INDEX_URL=f"{index.url}-empty", PIP_EXTRA_INDEX_URL=index.url, PIP_FIND_LINKS=f"{tmp_path}/files"
    )


# --- why it failed


def test_a_certificate_that_pip_is_given_serves_uv(index: Index, clone: Path) -> None:
    installs(clone, PIP_INDEX_URL=index.tls_url, PIP_CERT=str(index.certificate))


def test_a_certificate_that_is_not_trusted_is_named(index: Index, clone: Path) -> None:
    done = make(clone, PIP_INDEX_URL=index.tls_url)
    assert done.returncode
    assert "nexus: uv could not be installed: the package index shows a certificate that is not trusted" in done.stderr


@pytest.mark.parametrize(
    ("package", "step"), [pytest.param("uv", "uv", marks=pytest.mark.prove), ("hatchling", "the packages")]
)
def test_a_package_of_another_hash_is_named(index: Index, clone: Path, package: str, step: str) -> None:
    lock = clone / ("requirements-all.lock" if package == "uv" else "requirements.lock")
    changed = re.sub(
        rf"(^{package}==.*\n.*sha256:)\w+", rf"\g<1>{64 * '0'}", lock.read_text(encoding="utf-8"), flags=re.M
    )
    lock.write_text(changed, encoding="utf-8")
    done = make(clone, PIP_INDEX_URL=index.url)
    assert done.returncode
    assert f"nexus: {step} could not be installed: a package is not the one that the lock names" in done.stderr


def test_an_index_without_the_package_is_no_missing_network(index: Index, clone: Path) -> None:
    done = make(clone, PIP_INDEX_URL=f"{index.url}/uv")
    assert done.returncode
    assert "No matching distribution found for uv==" in done.stderr


# --- a learner's packages, and a contributor's


def test_a_contributors_packages_come_in_addition_and_stay(index: Index, clone: Path) -> None:
    installs(clone, PIP_INDEX_URL=index.url)
    assert not has(clone, "click")
    more = make(clone, "install-all", PIP_INDEX_URL=index.url)
    assert re.fullmatch(r"  uv, .*\n  packages from requirements-all\.lock +\d+\.\d s\n", more.stdout), more.stderr
    assert has(clone, "click", "hatchling", "uv")
    for goal in ("install", "install-all"):
        assert make(clone, goal).stdout == ""
    for lock in clone.glob("requirements*.lock"):
        lock.write_text(f"# a newer one\n{lock.read_text(encoding='utf-8')}", encoding="utf-8")
    assert "packages from requirements-all.lock" in make(clone, PIP_INDEX_URL=index.url).stdout
    assert has(clone, "click", "hatchling")
