"""What tests look at in an answer of GraphQL's."""

from typing import Any


def codes(answer: Any) -> list[str]:
    """Of its errors, in order."""
    return [error["extensions"]["code"] for error in answer["errors"]]


def names(answer: Any) -> list[str]:
    """Of the rows of its one connection, in order."""
    (found,) = answer["data"].values()
    return [edge["node"]["name"] for edge in found["edges"]]
