"""`systems/roles.toml`, by which the systems are started, says what the code says."""

import re

import pytest
from django.urls import resolve

from nexus import services
from nexus.services.systems import declared, roles
from systems.sample import data


def test_the_declared_accounts_are_those_of_the_sample_data() -> None:
    assert declared()["sample"]["accounts"] == list(data.ACCOUNTS)


@pytest.mark.parametrize("path", declared()["pages"].values())
def test_each_declared_page_is_routed(path: str) -> None:
    assert resolve(path)


@pytest.mark.parametrize("name", roles())
def test_a_role_names_known_services_and_placeholders(name: str) -> None:
    role = roles()[name]
    assert set(role.needs) <= set(services.NAMES)
    assert set(re.findall(r"{(\w*)}", " ".join(role.command))) <= {"port", "workers", "folder"}


@pytest.mark.parametrize("table", [*declared()["roles"].values(), declared()["sample"]])
def test_a_command_is_of_a_module_that_is_there(table: dict[str, list[str]]) -> None:
    from importlib.util import find_spec

    assert find_spec(table["command"][0])
