"""The OpenAPI document: checked in, valid, and never less than what clients were built on."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from openapi_spec_validator import validate
from rest_framework.test import APIClient

from systems.bookings.models import Status
from tests.systems import openapi_document as openapi
from tests.systems.contract import breaking_changes

Change = Callable[[dict[str, Any]], object]
BOOKINGS, LISTINGS = "/api/v1/bookings/", "/api/v1/listings/"


@pytest.fixture
def document() -> dict[str, Any]:
    checked_in: dict[str, Any] = json.loads(openapi.CHECKED_IN.read_text(encoding="utf-8"))
    return checked_in


def test_the_checked_in_document_is_what_the_code_has(document: dict[str, Any]) -> None:
    assert document == openapi.current(), "type `make openapi`"


def test_the_document_is_valid_openapi_3_1_in_json_and_yaml(
    document: dict[str, Any], client_of: Callable[..., APIClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)
    monkeypatch.setattr("django.utils.timezone.now", lambda: openapi.TODAY)
    assert client_of().get("/api/v1/schema/").json()["paths"] == document["paths"]
    assert client_of().get("/api/v1/schema.yaml").content.startswith(b"openapi: 3.1")


def operations(document: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (f"{method} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in {"get", "post", "patch", "delete"} and "/schema" not in path
    ]


def test_operations_have_descriptions_and_bodies_examples(document: dict[str, Any]) -> None:
    assert len(operations(document)) >= 19
    for name, operation in operations(document):
        assert operation["description"], name
        for kind in operation.get("requestBody", {}).get("content", {}).values():
            assert kind.get("examples"), name


def test_a_bookings_status_is_one_of_those_that_there_are(document: dict[str, Any]) -> None:
    """So a typed client knows which words to expect, and its compiler finds the one that was forgotten."""
    schemas = document["components"]["schemas"]
    assert "BookingStatusEnum" in json.dumps(schemas["BookingOutput"]["properties"]["status"])
    assert schemas["BookingStatusEnum"]["enum"] == Status.values


def test_every_problem_is_said_to_be_one(document: dict[str, Any]) -> None:
    answers = document["components"]["responses"]
    assert len(answers) >= 13
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            assert (status >= "400") == (answer.get("$ref") == f"#/components/responses/Problem{status}"), name
    for answer in answers.values():
        assert list(answer["content"]) == ["application/problem+json"]
        assert answer["description"]


def schema(document: dict[str, Any], name: str) -> Any:
    return document["components"]["schemas"][name]


BREAKING: dict[str, Change] = {
    "GET /api/v1/bookings/ is gone": lambda new: new["paths"][BOOKINGS].pop("get"),
    "answers 409 no more": lambda new: new["paths"][BOOKINGS]["post"]["responses"].pop("409"),
    "takes the parameter q no more": lambda new: new["paths"][LISTINGS]["get"].update(
        parameters=[one for one in new["paths"][LISTINGS]["get"]["parameters"] if one["name"] != "q"]
    ),
    "needs the parameter city": lambda new: new["paths"][LISTINGS]["get"]["parameters"].append(
        {"name": "city", "in": "query", "required": True, "schema": {"type": "string"}}
    ),
    "['price'] are taken no more": lambda new: next(
        one for one in new["paths"][LISTINGS]["get"]["parameters"] if one["name"] == "ordering"
    )["schema"]["enum"].remove("price"),
    "purpose is needed now": lambda new: (
        schema(new, "BookingInputRequest")["properties"].update(purpose={"type": "string"}),
        schema(new, "BookingInputRequest")["required"].append("purpose"),
    ),
    "maximum is 9, and was 50": lambda new: schema(new, "BookingInputRequest")["properties"]["guests"].update(
        maximum=9
    ),
    "minLength is 5": lambda new: schema(new, "RegisterInputRequest")["properties"]["name"].update(minLength=5),
    "its format is date-time, and was date": lambda new: schema(new, "BookingInputRequest")["properties"][
        "check_in"
    ].update(format="date-time"),
    "total_price is gone": lambda new: (
        schema(new, "BookingOutput")["properties"].pop("total_price"),
        schema(new, "BookingOutput")["required"].remove("total_price"),
    ),
    "status is no longer sure to be there": lambda new: schema(new, "BookingOutput")["required"].remove("status"),
    "its type is ['integer'], and was ['string']": lambda new: schema(new, "ListingOutput")["properties"][
        "title"
    ].update(type="integer"),
    "its type is ['integer', 'null'], and was ['integer']": lambda new: schema(new, "ReviewOutput")["properties"][
        "rating"
    ].update(type=["integer", "null"]),
    "pattern is ^[a-z]+$, and was not there": lambda new: schema(new, "RegisterInputRequest")["properties"][
        "name"
    ].update(pattern="^[a-z]+$"),
    "exclusiveMaximum is 9, and was not there": lambda new: schema(new, "BookingInputRequest")["properties"][
        "guests"
    ].update(exclusiveMaximum=9),
    "multipleOf is 2, and was not there": lambda new: schema(new, "BookingInputRequest")["properties"]["guests"].update(
        multipleOf=2
    ),
    "only ['Bo'] are taken now": lambda new: schema(new, "RegisterInputRequest")["properties"]["name"].update(
        enum=["Bo"]
    ),
    "takes a request without an account no more": lambda new: new["paths"][LISTINGS]["get"]["security"].remove({}),
    "takes cookieAuth no more": lambda new: new["paths"][BOOKINGS]["post"]["security"].remove({"cookieAuth": []}),
    "is application/json no more": lambda new: new["paths"][BOOKINGS]["post"]["responses"]["201"]["content"].pop(
        "application/json"
    ),
}


@pytest.mark.parametrize("said", BREAKING)
def test_what_breaks_a_client_is_found(document: dict[str, Any], said: str) -> None:
    new = copy.deepcopy(document)
    BREAKING[said](new)
    found = breaking_changes(document, new)
    assert any(said in line for line in found), found
    assert breaking_changes(document, document) == []


def test_a_body_that_took_other_fields_is_missed(document: dict[str, Any]) -> None:
    old = copy.deepcopy(document)
    del schema(old, "BookingInputRequest")["additionalProperties"]
    assert breaking_changes(old, document) == ["POST /api/v1/bookings/, the body takes no other fields now"]
    assert breaking_changes(document, old) == []


def test_what_only_adds_breaks_nobody(document: dict[str, Any]) -> None:
    new = copy.deepcopy(document)
    new["paths"]["/api/v1/messages/"] = {"get": {"responses": {}}}
    schema(new, "BookingOutput")["properties"]["purpose"] = {"type": "string"}
    schema(new, "BookingInputRequest")["properties"]["purpose"] = {"type": "string"}
    schema(new, "BookingInputRequest")["properties"]["guests"]["maximum"] = 99
    schema(new, "RegisterInputRequest")["properties"]["name"]["type"] = ["string", "null"]
    schema(new, "BookingStatusEnum")["enum"].append("waiting")  # as in GraphQL: a client meets words it does not know
    new["paths"][BOOKINGS]["post"]["security"].append({"apiKey": []})
    new["paths"][LISTINGS]["get"]["parameters"].append({"name": "x", "in": "query", "schema": {"type": "string"}})
    assert breaking_changes(document, new) == []


def test_a_breaking_document_is_not_written(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    file = tmp_path / "openapi.json"
    monkeypatch.setattr(openapi, "CHECKED_IN", file)
    document["paths"]["/api/v1/once/"] = {"get": {"responses": {}}}
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SystemExit, match="GET /api/v1/once/ is gone"):
        openapi.write()
    assert "/api/v1/once/" in file.read_text(encoding="utf-8")
    openapi.write(may_break=True)
    assert json.loads(file.read_text(encoding="utf-8")) == openapi.current()
