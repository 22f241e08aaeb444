"""What a wheel of nexus holds: the scripts of Lua go with the code that runs them."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nexus import Lab, paths

LIMIT = """
import sys, nexus, redis
client = redis.Redis.from_url(sys.argv[1])
limiter, cache = nexus.Limiter(client, limit=1, period=60), nexus.Cache(client, "wheel", ttl=60)
print(nexus.__file__, [limiter.hit("Ada").admitted for _ in range(2)], cache.get("a", lambda: 1), cache.get("a", int))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this clone, built without a download and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=paths.ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_a_wheel_holds_each_script_of_lua(unpacked: Path) -> None:
    scripts = {path.name: path.read_bytes() for path in (paths.ROOT / "nexus").rglob("*.lua")}
    assert scripts
    assert {path.name: path.read_bytes() for path in (unpacked / "nexus").rglob("*.lua")} == scripts


def test_limiter_and_cache_run_from_a_wheel(unpacked: Path, lab: Lab) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMIT, lab.url("redis")],
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.split(maxsplit=1) == [str(unpacked / "nexus/__init__.py"), "[True, False] 1 1\n"]
