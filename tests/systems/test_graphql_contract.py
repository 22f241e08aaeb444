"""The GraphQL schema: checked in, and never less than what clients were built on."""

from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema

from tests.systems import graphql_schema as graphql


@pytest.fixture
def text() -> str:
    return graphql.CHECKED_IN.read_text(encoding="utf-8")


def test_the_checked_in_schema_is_what_the_code_has(text: str) -> None:
    assert text == graphql.current(), "type `make graphql`"


@pytest.mark.parametrize("root", ["Query", "Mutation"])
def test_every_field_that_a_query_begins_with_says_what_it_does(root: str) -> None:
    kind: Any = build_schema(graphql.current()).get_type(root)
    assert [name for name, field in kind.fields.items() if not field.description] == []


CUSTOMER, QUERY = "type Customer implements Node {", "type Query {"
BREAKING = {
    "Customer.nickname was removed.": (CUSTOMER, f"{CUSTOMER}\n  nickname: Int"),
    "Invoice was removed.": (QUERY, f"type Invoice {{\n  number: Int\n}}\n\n{QUERY}"),
    "LOST was removed from enum type OrderStatus.": ("  CANCELLED\n", "  CANCELLED\n  LOST\n"),
    "Order.status changed type from String! to OrderStatus!.": ("  status: OrderStatus!\n", "  status: String!\n"),
    "A required field email on input type CustomerInput was added.": (
        "  email: String!\n  phone: String =",
        "  phone: String =",
    ),
}


@pytest.mark.parametrize("said", BREAKING)
def test_what_breaks_a_client_is_found(text: str, said: str) -> None:
    """The text is turned back to what it might have been before, so that the code is the change."""
    before = text.replace(*BREAKING[said])
    assert before != text
    assert said in graphql.breaking_changes(before)


def test_what_only_adds_breaks_nobody(text: str) -> None:
    without = text.replace("  createdAtLte: DateTime\n", "").replace("  product: String!\n", "", 1)
    assert without != text
    assert graphql.breaking_changes(without) == []


def test_a_breaking_schema_is_not_written(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "schema.graphql"
    monkeypatch.setattr(graphql, "CHECKED_IN", file)
    file.write_text(text.replace("type Query {", "type Query {\n  once: Int"), encoding="utf-8")
    with pytest.raises(SystemExit, match=r"Query\.once was removed"):
        graphql.write()
    assert "once" in file.read_text(encoding="utf-8")
    graphql.write(may_break=True)
    assert file.read_text(encoding="utf-8") == graphql.current()
