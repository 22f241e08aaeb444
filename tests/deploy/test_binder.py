"""Binder's three files. `make prove` runs two of them as Binder does: an ordinary user, a clean home, 2 GB of memory.

conda-forge's environment is stood in for by an environment of Python's own and Debian's rabbitmq-server.
"""

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from ruamel.yaml import YAML

from nexus import paths
from nexus.command import chapters
from nexus.services.ports import free_ports
from tests.deploy.clones import ORDINARY_GROUP, ORDINARY_USER, Clone, python_for_all

LOCK = re.compile(r"^([\w.-]+)(?:\[[\w,.-]+\])?==", re.MULTILINE)
# What repo2docker puts beside ours (its buildpacks/conda/environment.py-3.12.yml), as PyPI names it.
BINDERS_OWN = [
    "ipywidgets==8.*",
    "jupyter-offlinenotebook==0.3.*",
    "jupyter-resource-usage==1.*",
    "jupyter_server==2.*",
    "jupyterhub==5.*",
    "jupyterlab==4.*",
    "notebook==7.*",
]
MEMORY_BYTES = 2 * 10**9
SHARED_MEMORY = "64m"  # of /dev/shm: what a container has by default
EVERY_SECONDS = 0.25
CGROUPS = Path("/sys/fs/cgroup")


def environment() -> Any:
    return YAML(typ="safe", pure=True).load(paths.ROOT / "environment.yml")


def test_environment_yml_names_no_package_that_the_lock_pins() -> None:
    locked = {
        name.lower().replace("_", "-")
        for name in LOCK.findall((paths.ROOT / "requirements.lock").read_text(encoding="utf-8"))
    }
    named = {re.split("[=<> ]", wanted)[0] for wanted in environment()["dependencies"]}
    assert {"python", "rabbitmq-server"} <= named
    assert named.isdisjoint(locked)


def test_environment_yml_names_a_python_of_the_lock() -> None:
    (python,) = (wanted for wanted in environment()["dependencies"] if wanted.startswith("python="))
    workflow = YAML(typ="safe", pure=True).load(paths.ROOT / ".github" / "workflows" / "test.yml")
    assert python.removeprefix("python=") in workflow["jobs"]["test"]["strategy"]["matrix"]["python"]


def test_no_folder_hides_the_files_at_the_root() -> None:
    assert [name for name in ("binder", ".binder") if (paths.ROOT / name).exists()] == []


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_a_script_of_binder_stops_at_its_first_error(name: str) -> None:
    script = paths.ROOT / name
    assert os.access(script, os.X_OK)
    assert "\nset -euo pipefail\n" in script.read_text(encoding="utf-8")


def test_start_becomes_jupyterlab() -> None:
    assert (paths.ROOT / "start").read_text(encoding="utf-8").endswith('\nexec "$@"\n')


# --- the proof


@dataclass
class Bound:
    """A control group of Linux (version 1 or 2) that ends those that go past MEMORY_BYTES together."""

    folder: Path
    peak: int = 0  # bytes that could not be given back: the cache of files is not among them
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def processes(self) -> Path:
        return self.folder / "cgroup.procs"

    def numbers(self, name: str) -> dict[str, int]:
        lines = (self.folder / name).read_text(encoding="utf-8").splitlines()
        return {key: int(number) for key, number in (line.split() for line in lines)}

    def used(self) -> int:
        seen = self.numbers("memory.stat")
        return seen["anon"] + seen["shmem"] if "anon" in seen else seen["total_rss"] + seen["total_shmem"]

    def killed(self) -> int:
        """How many processes the kernel ended because there was no memory left."""
        version_2 = self.folder / "memory.events"
        return self.numbers(version_2.name if version_2.exists() else "memory.oom_control")["oom_kill"]

    def watch(self) -> None:
        while not self.ended.wait(EVERY_SECONDS):
            self.peak = max(self.peak, self.used())


@contextlib.contextmanager
def bound() -> Iterator[Bound]:
    if os.geteuid() != 0:
        pytest.skip("only root may bound memory: sudo .venv/bin/python -m pytest -m prove tests/deploy/test_binder.py")
    version_1 = (CGROUPS / "memory").is_dir()
    group = Bound((CGROUPS / "memory" if version_1 else CGROUPS) / f"nexus-{secrets.token_hex(4)}")
    try:
        group.folder.mkdir()
        limit = "memory.limit_in_bytes" if version_1 else "memory.max"
        (group.folder / limit).write_text(str(MEMORY_BYTES), encoding="utf-8")
    except OSError as error:
        pytest.skip(f"this machine lets nobody bound memory: {error}")
    threading.Thread(target=group.watch, daemon=True).start()
    try:
        yield group
    finally:
        group.ended.set()
        group.folder.rmdir()


@dataclass
class Binder(Clone):
    """A clone that is its user's home, as on Binder. Whatever runs in it stays within the bound."""

    group: Bound

    def environment(self) -> dict[str, str]:
        programs = [str(self.folder.parent / "environment" / "bin"), "/usr/local/bin", "/usr/bin", "/bin"]
        mine = {"HOME": str(self.folder), "PATH": os.pathsep.join(programs), "NEXUS_HOME": ".nexus"}
        mine["NEXUS_APT"] = "1"  # where the machine has no RabbitMQ, for conda-forge's environment has one
        return {**super().environment(), **mine}

    def run(self, *command: str) -> subprocess.Popen[str]:
        shared = f"mount -t tmpfs -o size={SHARED_MEMORY},mode=1777 shm /dev/shm"
        enter = f'echo $$ > {self.group.processes} && {shared} && exec "$@"'
        as_user = ("setpriv", f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_GROUP}", "--clear-groups")
        return super().run("unshare", "--mount", "sh", "-c", enter, "enter", *as_user, *command)

    def done(self, *command: str) -> str:
        run = self.run(*command)
        said, _ = run.communicate()
        assert run.returncode == 0, said[-5000:]
        return said


@pytest.fixture(scope="module")
def binder() -> Iterator[Binder]:
    with bound() as group:
        place = Path(tempfile.mkdtemp(prefix="binder-", dir="/var/tmp"))
        clone = Binder(place / "home", None, group)
        subprocess.run(["git", "clone", "--quiet", paths.ROOT, clone.folder], check=True)
        subprocess.run(["chown", "-R", f"{ORDINARY_USER}:{ORDINARY_GROUP}", place], check=True)
        place.chmod(0o755)
        try:
            clone.done(python_for_all(), "-m", "venv", str(place / "environment"))
            clone.done("python", "-m", "pip", "install", "--quiet", "--no-cache-dir", *BINDERS_OWN)
            yield clone
        finally:
            for process in clone.processes():
                process.kill()
            gone(clone)
            shutil.rmtree(place)


def gone(clone: Clone) -> None:
    deadline = time.monotonic() + 30
    while clone.processes() and time.monotonic() < deadline:
        threading.Event().wait(0.1)
    assert clone.processes() == []


def answer_of(url: str, jupyter: subprocess.Popen[str]) -> requests.Response:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and jupyter.poll() is None:
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(url, timeout=10)
        threading.Event().wait(0.1)
    raise AssertionError(f"JupyterLab does not answer: {jupyter.communicate()[0][-3000:]}")


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_every_chapter_runs_on_binder(binder: Binder, capsys: pytest.CaptureFixture[str]) -> None:
    binder.done("./postBuild")
    assert "No broken requirements" in binder.done("python", "-m", "pip", "check")
    binder.done("jupyterhub-singleuser", "--version")
    building, binder.group.peak = binder.group.peak, 0
    binder.done("nexus", "up")  # now, so that no chapter comes before a RabbitMQ that is downloaded
    (port,), token = free_ports([None]), secrets.token_hex()
    options = ("--ip=127.0.0.1", f"--ServerApp.port={port}", "--no-browser", f"--IdentityProvider.token={token}")
    jupyter = binder.run("./start", "jupyter", "lab", *options)
    assert answer_of(f"http://127.0.0.1:{port}/lab?token={token}", jupyter).ok
    peaks = {"building": building, "JupyterLab": binder.group.peak}
    for chapter in chapters.stored():
        binder.group.peak = 0
        binder.done("nexus", "run", chapter.stem)
        peaks[chapter.stem] = binder.group.peak
    assert binder.done("git", "status", "--porcelain", "notebooks") == ""  # the outputs are those that are stored
    assert "embedded" in binder.done("nexus", "status")
    with capsys.disabled():
        print("\n" + "\n".join(f"{name:<24} {peak / 1e6:5.0f} MB at most" for name, peak in peaks.items()))
    assert binder.group.killed() == 0
    binder.done("nexus", "down")
    jupyter.terminate()
    jupyter.communicate(timeout=30)
