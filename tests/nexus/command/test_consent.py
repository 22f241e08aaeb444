"""Nothing is downloaded without consent: by the environment, or by a person at a terminal."""

import pytest

from nexus.command.rabbitmq import may_download


@pytest.mark.parametrize("user", [0, 1000])
@pytest.mark.parametrize(("setting", "agreed"), [("1", True), ("0", False), ("", False)])
def test_the_environment_consents_and_silence_does_not(
    setting: str, agreed: bool, user: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setenv("NEXUS_APT", setting)
    assert may_download() is agreed  # the tests have no terminal on which to ask


@pytest.mark.parametrize(("answer", "agreed"), [("y", True), ("Yes", True), ("n", False), ("", False)])
def test_a_person_at_a_terminal_is_asked(answer: str, agreed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.delenv("NEXUS_APT", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    assert may_download() is agreed


def test_a_machine_without_apt_downloads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_APT", "1")
    monkeypatch.setattr("shutil.which", lambda name: None if name == "apt-get" else name)
    assert not may_download()
