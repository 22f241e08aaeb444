"""A script of Lua: it shows its text, and runs as one step in the chapter's room."""

from collections.abc import Callable
from pathlib import Path

import pytest

import nexus
from nexus import Lab, NexusError


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Lab:
    return open_lab(needs=("redis",))


@pytest.fixture
def count(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a script that reads a number and then writes it, one higher."""
    monkeypatch.setattr("nexus.lua.FOLDERS", (tmp_path,))
    step = "local n = tonumber(redis.call('GET', KEYS[1]) or 0) + ARGV[1]\n"
    (tmp_path / "count.lua").write_text(f"{step}redis.call('SET', KEYS[1], n)\nreturn n\n", encoding="utf-8")
    return "count.lua"


def test_a_script_shows_its_text_highlighted(lab: Lab) -> None:
    script = lab.lua("gcra.lua")
    assert repr(script) == script.text.rstrip()
    assert "redis.call('TIME')" in repr(script)
    assert script._repr_markdown_() == f"```lua\n{script.text}```"


def test_a_script_gets_keys_and_arguments_and_gives_its_result(lab: Lab, count: str) -> None:
    assert lab.lua(count)(keys=["visits"], args=[2]) == 2
    assert lab.redis.get("visits") == "2"


def test_a_script_runs_as_one_step(lab: Lab, count: str) -> None:
    script = lab.lua(count)
    results = nexus.race(lambda number: script(keys=["visits"], args=[1]), range(100))
    assert sorted(results) == list(range(1, 101))


def test_a_server_that_forgot_the_script_gets_it_again(lab: Lab, count: str) -> None:
    script = lab.lua(count)
    script(keys=["visits"], args=[1])
    lab.redis.script_flush()
    assert script(keys=["visits"], args=[1]) == 2


@pytest.mark.parametrize("name", ["no-such.lua", "a-million-listings.sql", "../../pyproject.toml"])
def test_an_unknown_script_is_named_in_one_line(lab: Lab, name: str) -> None:
    with pytest.raises(NexusError, match=r"there are .*gcra\.lua.* token-bucket\.lua") as error:
        lab.lua(name)
    assert name in str(error.value)
    assert "\n" not in str(error.value)
