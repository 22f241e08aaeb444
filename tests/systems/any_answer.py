"""What every answer of the systems is, whatever was sent."""

from typing import Any

from systems.api.problems import TYPES
from systems.core import strict_json
from tests.systems.wire import Reply

PROBLEM, GRAPHQL = "application/problem+json", "application/graphql-response+json"


def checked(reply: Reply) -> Any:
    """The JSON of an answer that is no fault of ours and, where it is an error, has the shape of all; or None."""
    kind = reply.headers.get("Content-Type", "").partition(";")[0]
    assert reply.status < 500, reply
    assert reply.status < 400 or kind.endswith("json") or not reply.body, reply
    if not kind.endswith("json") or not reply.body:
        return None
    body = strict_json.loads(reply.body)
    assert not list(strict_json.half_characters(body))
    if kind == PROBLEM:
        assert_problem(reply, body)
    elif reply.status >= 400 or "errors" in body:
        assert_graphql(body)
    return body


def assert_problem(reply: Reply, body: Any) -> None:
    assert {"type", "title", "status", "detail"} <= body.keys()
    found = TYPES[body["type"].removeprefix("/problems/")]
    assert (body["status"], body["title"]) == (found.status, found.title)
    assert reply.status == found.status
    assert body["detail"]
    assert all(set(error) == {"field", "code", "message"} for error in body.get("errors", []))


def assert_graphql(body: Any) -> None:
    for error in body["errors"]:
        assert {"message", "extensions"} <= error.keys() <= {"message", "extensions", "locations", "path"}
        assert error["message"]
        assert error["extensions"]["code"] not in {"SERVER_ERROR", "SERVICE_UNAVAILABLE"}, error
