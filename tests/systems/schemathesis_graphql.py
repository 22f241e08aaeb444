"""What schemathesis must know of our GraphQL: how an amount is written, and which code says that we are at fault.

Its own check takes every error in an answer for a fault of the server, unless it has one of a few codes.
"""

from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

AMOUNTS = st.from_regex(r"\A(0|[1-9][0-9]{0,5})(\.[0-9]{1,2})?\Z").map(nodes.String)
schemathesis.graphql.scalar("Money", AMOUNTS)


@schemathesis.check
def no_fault_of_ours(context: Any, response: Any, case: Any) -> None:
    assert response.status_code < 500, response.content
    errors = response.json().get("errors", [])
    assert "SERVER_ERROR" not in {error["extensions"]["code"] for error in errors}, errors
