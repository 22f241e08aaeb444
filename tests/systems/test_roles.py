"""`systems/roles.toml`, by which the systems are started and called, says what the code says."""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.urls import resolve

from nexus import environment, paths, services
from nexus.services.systems import declared, roles
from systems.accounts.models import Role
from systems.settings.environment import PREFIX, env

API, SETTINGS = declared()["api"], declared()["settings"]
PATHS = [API["ready"], API["sign_in"]["path"], *declared()["pages"].values(), API["payments_webhook"]]
VARIABLES = [*SETTINGS["addresses"].values(), *SETTINGS["payments"].values(), *SETTINGS["loopback"]]
SINGLE = [SETTINGS[name] for name in ("secret_key", "sample_password", "ready_file", "metrics_folder")]
FOR_LESSONS = [name for kind in ("chapter", "exercises") for name in SETTINGS[kind]]


def test_each_sample_account_has_a_role_that_there_is() -> None:
    assert {account["role"] for account in declared()["sample"]["accounts"].values()} == set(Role.values)


@pytest.mark.parametrize("path", PATHS)
def test_each_declared_path_is_routed(path: str) -> None:
    assert resolve(path)


def test_the_path_of_the_sign_in_is_below_the_root() -> None:
    assert API["sign_in"]["path"].startswith(API["root"])


@pytest.mark.parametrize("name", [*VARIABLES, *FOR_LESSONS, *SINGLE])
def test_each_declared_setting_is_one_that_is_read(name: str) -> None:
    assert name.upper() in env.names


def test_the_declared_prefix_is_read_and_handed_on() -> None:
    assert SETTINGS["prefix"] == PREFIX
    assert any(re.fullmatch(pattern, f"{PREFIX}HTTPS") for pattern in environment.PYTHON)


@pytest.mark.parametrize("name", roles())
def test_a_role_names_known_services_and_placeholders(name: str) -> None:
    role = roles()[name]
    assert set(role.needs) <= {*services.NAMES, "inbox"}
    assert set(role.uses) <= {"provider"}
    assert set(re.findall(r"{(\w*)}", " ".join(role.command))) <= {"port", "workers", "folder"}


@pytest.mark.parametrize("table", [*declared()["roles"].values(), declared()["sample"], declared()["manage"]])
def test_a_command_is_of_a_module_that_is_there(table: dict[str, list[str]]) -> None:
    assert find_spec(table["command"][0])


# --- and the lab keeps no copy of it

# All but /readyz, which other servers of the lab have, too.
PARTS = [*declared()["pages"].values(), API["root"], "@example.com", *declared()["manage"]["command"]]
WORDS = {*VARIABLES, *FOR_LESSONS}


def copied(source: str) -> Iterator[str]:
    """The strings of a module that the systems declare, but for what its docstrings say."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else None
        if isinstance(text, str) and (text in WORDS or any(part in text for part in PARTS)):
            yield text


def test_the_lab_keeps_no_copy_of_what_the_systems_say() -> None:
    modules = sorted((paths.ROOT / "nexus").rglob("*.py"))
    found = {path.name: [*copied(path.read_text(encoding="utf-8"))] for path in modules}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "line", ['x = f"{url}/api/v1/auth/token/"', 'x = f"{who}@example.com"', 'x = {"database_lock_seconds": 60}']
)
def test_a_copy_in_the_lab_is_found(line: str) -> None:
    assert [*copied(line)]
    assert not [*copied(f"def f():\n    '''{line}'''")]
