"""The two programs as servers of a chapter, and alone."""

import json
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage

import pytest
import requests

from nexus import Lab, environment, paths
from nexus.lab import Own

# What the programs may load: they also run where nothing of the lab is installed, such as in a container.
PACKAGES = {"nexus", "tornado", "aiosmtpd", "public", "attr", "attrs"}
LOADED = """
import json, sys
from nexus.sandbox.inbox import __main__ as inbox
from nexus.sandbox.provider import __main__ as provider
found = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
print(json.dumps([sorted(name for name in found if not name.startswith("_")),
                  sorted({".".join(name.split(".")[:2]) for name in sys.modules if name.startswith("nexus.")})]))
"""


def test_a_chapter_has_an_inbox_of_its_own(open_lab: Callable[..., Lab]) -> None:
    own = open_lab(needs=()).own("inbox", {"MESSAGES": "1"})
    for subject in "ab":
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", subject
        with own.connect() as smtp:
            smtp.send_message(message)
    assert [mail["subject"] for mail in requests.get(f"{own.page}/messages.json", timeout=30).json()] == ["b"]


def test_a_chapter_has_a_provider_of_its_own(open_lab: Callable[..., Lab]) -> None:
    own = open_lab(needs=()).own("provider")
    payment = {"amount": "10", "currency": "ETB", "tx_ref": "stay-1"}
    initialize = f"{own.url}/v1/transaction/initialize"
    assert own.connect().post(initialize, json=payment, timeout=30).status_code == 200
    own.kill()
    own.restart()
    assert own.connect().post(initialize, json=payment, timeout=30).status_code == 400


def test_an_own_server_ends_with_its_lab(open_lab: Callable[..., Lab], ended: Callable[[object], bool]) -> None:
    lab = open_lab(needs=())
    servers: list[Own] = [lab.own("inbox"), lab.own("provider")]
    processes = [process for own in servers for process in own.server.processes()]
    assert len(processes) == 2
    lab.close()
    assert all(map(ended, processes))


def test_the_programs_need_two_packages_alone() -> None:
    run = [sys.executable, "-c", LOADED]
    loaded = subprocess.run(run, cwd=paths.ROOT, env=environment.for_python(), check=True, capture_output=True).stdout
    packages, ours = json.loads(loaded)
    assert set(packages) - {"sitecustomize", "usercustomize"} <= PACKAGES
    assert ours == ["nexus.environment", "nexus.interrupts", "nexus.sandbox"]


@pytest.mark.parametrize(
    ("program", "settings", "why"),
    [
        ("inbox", {}, "INBOX_SMTP_PORT is not set"),
        ("inbox", {"INBOX_MESSAGES": "many"}, "INBOX_MESSAGES must be a number, got 'many'"),
        ("inbox", {"INBOX_SIZE": "1"}, "INBOX_SIZE must be from 1000 to 50000000, got '1'"),
        ("inbox", {"INBOX_BYTES": "20000.5"}, "INBOX_BYTES must be a whole number, got '20000.5'"),
        ("provider", {"PROVIDER_PORT": "99999"}, "PROVIDER_PORT must be from 1 to 65535, got '99999'"),
        ("provider", {"PROVIDER_PORT": "1", "PROVIDER_DATA": ":memory:"}, "PROVIDER_WEBHOOK_SECRET is not set"),
    ],
)
def test_a_wrong_setting_ends_with_one_line(program: str, settings: dict[str, str], why: str) -> None:
    run = [sys.executable, "-m", f"nexus.sandbox.{program}"]
    env = environment.for_python(**settings)
    done = subprocess.run(run, cwd=paths.ROOT, env=env, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (1, why + "\n")
