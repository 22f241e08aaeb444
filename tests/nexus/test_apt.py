"""Installing RabbitMQ with apt: only with consent, and without starting the system's own broker."""

import os
import subprocess
from pathlib import Path

import pytest

from nexus import apt


def test_while_apt_runs_no_package_may_start_a_service_and_afterwards_it_may_again(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with apt.services_may_not_start(policy):
        assert subprocess.run([policy], check=False).returncode == 101
    assert not policy.exists()


def test_the_policy_is_gone_also_when_apt_fails(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with pytest.raises(RuntimeError), apt.services_may_not_start(policy):
        raise RuntimeError
    assert not policy.exists()


def test_a_policy_of_the_machines_own_is_left_alone(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("the administrator's own", encoding="utf-8")
    with apt.services_may_not_start(policy):
        assert policy.read_text(encoding="utf-8") == "the administrator's own"
    assert policy.read_text(encoding="utf-8") == "the administrator's own"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is asked")
def test_consent_is_what_the_environment_says_and_silence_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_APT", "1")
    assert apt.may_install()
    monkeypatch.setenv("NEXUS_APT", "0")
    assert not apt.may_install()
    monkeypatch.delenv("NEXUS_APT")
    assert not apt.may_install()  # the tests have no terminal on which to ask


def test_an_ordinary_user_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_APT", "1")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert not apt.may_install()
