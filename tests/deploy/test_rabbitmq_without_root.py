"""A clone on a Debian without RabbitMQ: `make lab` brings one, for an ordinary user and for root. For `make prove`.

The machine's own RabbitMQ is out of sight: the clone does not know its places, and it is not on the PATH.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.clones import Clone, clone_for
from tests.deploy.test_fresh_clone import gone, press_ctrl_c, wait_for_address

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not shutil.which("apt-get"), reason="needs apt"),
]

PATH = "/usr/bin:/bin"  # Debian's rabbitmq-server is in /usr/sbin
PLACES = re.compile(r"^SCRIPT_PLACES = \(.*\)$", re.MULTILINE)
USE = """
import pika, nexus.services
service = nexus.services.find(("rabbitmq",))["rabbitmq"]
channel = pika.BlockingConnection(pika.URLParameters(service.url)).channel()
channel.confirm_delivery()  # from here on, a message that the broker has not kept raises
channel.queue_declare("kept", durable=True, arguments={"x-queue-type": "quorum"})
channel.basic_publish("", "kept", b"kept", mandatory=True)
print(channel.basic_get("kept", auto_ack=True)[2].decode())
"""


@pytest.fixture(scope="module", params=["ordinary", "root"])
def clone(request: pytest.FixtureRequest) -> Iterator[Clone]:
    with clone_for(request.param) as clone:
        module = clone.folder / "nexus" / "services" / "rabbitmq.py"
        hidden, times = PLACES.subn("SCRIPT_PLACES = ()", module.read_text(encoding="utf-8"))
        assert times == 1
        module.write_text(hidden, encoding="utf-8")
        assert clone.run("make", "install").wait() == 0
        yield clone


def run(clone: Clone, *command: str, **settings: str) -> subprocess.Popen[str]:
    return clone.run("env", f"PATH={PATH}", *(f"{name}={value}" for name, value in settings.items()), *command)


def on_disk(folder: Path) -> str:
    return subprocess.check_output(["du", "-sh", folder], encoding="utf-8").split()[0]


def left_behind(clone: Clone) -> list[str]:
    return [path.name for path in (clone.folder / ".nexus").glob("packages*") if path.suffix != ".lock"]


def test_make_lab_brings_a_rabbitmq_that_keeps_messages(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    seconds, downloads, packages = [], [], clone.folder / ".nexus" / "packages"
    for settings in ({"NEXUS_APT": "1"}, {}):
        began = time.monotonic()
        lab = run(clone, "make", "lab", **settings)
        _, said = wait_for_address(lab)
        seconds.append(time.monotonic() - began)
        downloads += re.findall(r"rabbitmq: downloaded +(.*)", said)
        used, _ = run(clone, ".venv/bin/python", "-c", USE).communicate(timeout=60)
        assert used == "kept\n"
        erlang = [process.exe() for process in clone.processes() if process.name() in ("beam.smp", "epmd")]
        assert len(erlang) == 2
        assert all(Path(exe).is_relative_to(packages) for exe in erlang)
        status, _ = run(clone, ".venv/bin/nexus", "status").communicate(timeout=60)
        assert re.search(f"program   {re.escape(str(packages))}/.*/beam.smp", status)
        press_ctrl_c(lab)
        assert gone(clone)
    (download,) = downloads  # the second start found it
    with capsys.disabled():
        print(f"\nmake lab as {clone.user or 'root'}: {seconds[0]:.1f} s with the download ({download}, ", end="")
        print(f"{on_disk(packages)} on disk), {seconds[1]:.1f} s again")


def test_without_consent_nothing_is_downloaded(clone: Clone) -> None:
    shutil.rmtree(clone.folder / ".nexus" / "packages", ignore_errors=True)
    for settings in ({}, {"NEXUS_APT": "0"}):
        said, _ = run(clone, ".venv/bin/nexus", "repair", **settings).communicate(timeout=60)
        assert said == ""
    assert left_behind(clone) == []


def test_without_a_network_one_line_says_so(clone: Clone) -> None:
    shutil.rmtree(clone.folder / ".nexus" / "packages", ignore_errors=True)
    nowhere = "http://127.0.0.1:9"
    download = run(clone, ".venv/bin/nexus", "repair", NEXUS_APT="1", http_proxy=nowhere, https_proxy=nowhere)
    said, _ = download.communicate(timeout=120)
    assert download.returncode == 1
    *_, line = said.splitlines()
    assert re.match("Error: apt-get could not bring RabbitMQ: Failed to fetch .* Could not connect ", line)
    assert left_behind(clone) == ["packages.log"]


def test_a_download_that_is_killed_leaves_nothing_that_counts(clone: Clone) -> None:
    packages = clone.folder / ".nexus" / "packages"
    shutil.rmtree(packages, ignore_errors=True)
    download = run(clone, ".venv/bin/nexus", "repair", NEXUS_APT="1")
    archives = packages.with_suffix(".part") / "cache" / "archives"
    while not any(archives.glob("partial/*")) and not any(archives.glob("*.deb")):
        assert download.poll() is None
        time.sleep(0.01)
    os.killpg(download.pid, 9)
    download.communicate()
    assert not packages.exists()
    again = run(clone, ".venv/bin/nexus", "repair", NEXUS_APT="1")
    said, _ = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert packages.exists()
    assert not packages.with_suffix(".part").exists()
