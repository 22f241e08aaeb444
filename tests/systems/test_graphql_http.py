"""GraphQL over HTTP: methods, media types and statuses, and who is believed to be whom."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.crm.models import Customer

Client = Callable[..., APIClient]
Person = Callable[..., User]
NEW, OLD = "application/graphql-response+json", "application/json"
CREATE = 'mutation { createCustomer(input: {name: "Ada", email: "ada@example.org"}) { customer { name } } }'


def post(client: APIClient, body: Any, accept: str = NEW, kind: str = OLD) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post("/graphql/", text, content_type=kind, HTTP_ACCEPT=accept)


@pytest.mark.parametrize("accept", [NEW, OLD, "*/*", f"{NEW}; charset=utf-8, {OLD};q=0.9"])
def test_a_query_is_asked_by_post_and_by_get(client_of: Client, accept: str) -> None:
    query = {"query": "query Q($n: String = \"Query\") { __type(name: $n) { name } } query R { __typename }",
             "operationName": "Q"}  # fmt: skip
    posted = post(client_of(), {**query, "variables": {"n": "Order"}, "extensions": {"x": 1}}, accept)
    got = client_of().get("/graphql/", {**query, "variables": '{"n": "Order"}', "extensions": "{}"}, HTTP_ACCEPT=accept)
    for answer in (posted, got):
        assert (answer.status_code, answer.json()) == (200, {"data": {"__type": {"name": "Order"}}})
        assert answer["Content-Type"].partition(";")[0] == (NEW if NEW in accept else OLD)
        assert answer["Cache-Control"] == "no-store"


def test_a_get_changes_nothing(client_of: Client, person: Person) -> None:
    for accept in (NEW, OLD):
        answer = client_of(person(Role.SALES)).get("/graphql/", {"query": CREATE}, HTTP_ACCEPT=accept)
        assert (answer.status_code, "POST" in answer["Allow"]) == (405, True)
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("query", "role", "status"),
    [
        ("{ __typename }", None, 200),
        ("{", None, 400),
        ("{ nothing }", Role.SALES, 400),
        ("query A { __typename } query B { __typename }", None, 400),
        ("query($n: Int!) { allOrders(first: $n) { edges { cursor } } }", Role.SALES, 400),
        ("{ customer(id: 1) { name } }", None, 401),
        ("{ customer(id: 1) { name } }", Role.GUEST, 403),
        ("{ customer(id: 1) { email } }", Role.ADMIN, 403),
        ("{ allOrders(first: 101) { edges { cursor } } }", Role.SALES, 400),
        ("{ allOrders(orderBy: TOTAL_ASC) { edges { cursor } } }", Role.ADMIN, 200),  # executed, to an error in it
    ],
)
def test_a_status_says_how_far_it_came_or_200_for_old_clients(
    client_of: Client, person: Person, query: str, role: str | None, status: int
) -> None:
    client = client_of(person(role) if role else None)
    new, old = post(client, {"query": query}), post(client, {"query": query}, OLD)
    assert (new.status_code, old.status_code) == (status, 200)
    assert new.json() == old.json()
    assert ("data" in new.json()) == (status == 200)
    if status == 401:
        assert new["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", '"query"', "null", [{"query": "{ __typename }"}], {}, {"query": ""}, {"query": 1},
        {"query": "{ __typename }", "variables": []}, {"query": "{ __typename }", "variables": "{}"},
        {"query": "{ __typename }", "operationName": 1}, {"query": "{ __typename }", "extensions": "x"},
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_graphql_request_is_a_bad_one(client_of: Client, body: Any) -> None:
    for accept in (NEW, OLD):
        answer = post(client_of(), body, accept)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert answer.json()["type"] == "/problems/bad-request"


@pytest.mark.parametrize("name", ["variables", "extensions"])
@pytest.mark.parametrize("text", ["{", "[]", "1", "[" * 3_000])
def test_a_get_parameter_that_is_no_object_is_a_bad_request(client_of: Client, name: str, text: str) -> None:
    answer = client_of().get("/graphql/", {"query": "{ __typename }", name: text}, HTTP_ACCEPT=NEW)
    assert answer.status_code == 400


def test_a_body_over_the_limit_is_not_read(client_of: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"query": "{ __typename }"})
    monkeypatch.setattr("django.conf.settings.DATA_UPLOAD_MAX_MEMORY_SIZE", len(body))
    assert post(client_of(), body).status_code == 200
    answer = post(client_of(), f"{body} ")
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/content-too-large")


def test_other_forms_and_methods_are_refused(client_of: Client) -> None:
    assert post(client_of(), "{ __typename }", kind="application/graphql").status_code == 415
    assert post(client_of(), {"query": "{ __typename }"}, accept="image/png").status_code == 406
    answer = client_of().put("/graphql/", {}, format="json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")


def test_a_browser_gets_graphiql_and_nothing_of_other_hosts(client_of: Client) -> None:
    page = client_of().get("/graphql/", HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8")
    assert page["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "csrftoken" in page.cookies
    assert "http" not in page.content.decode().replace("http-equiv", "")
    asked = client_of().get("/graphql/", {"query": "{ __typename }"}, HTTP_ACCEPT="text/html,*/*;q=0.8")
    assert asked.json() == {"data": {"__typename": "Query"}}


def test_a_bad_token_is_refused_even_where_none_is_needed(client_of: Client) -> None:
    client = client_of()
    client.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    answer = post(client, {"query": "{ __typename }"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-authenticated")


def test_a_session_may_read_but_needs_its_token_to_post(person: Person) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(person(Role.ADMIN))
    query = {"query": "{ allCustomers { edges { node { name } } } }"}
    assert client.get("/graphql/", query, HTTP_ACCEPT=NEW).status_code == 200
    assert post(client, query).status_code == 403
    client.get("/graphql/", HTTP_ACCEPT="text/html")
    sent = client.post("/graphql/", query, format="json", HTTP_X_CSRFTOKEN=client.cookies["csrftoken"].value)
    assert sent.json() == {"data": {"allCustomers": {"edges": []}}}
