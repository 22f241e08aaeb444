"""Requests one after the other: what an answer tells, such as an id or an ETag, is among what is sent next."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from systems.crm.graph.schema import schema
from tests.systems import any_answer, any_json, any_operation
from tests.systems.any_answer import GRAPHQL
from tests.systems.wire import Reply

ROUTES = (
    "/healthz", "/readyz", "/graphql/", "/admin/", "/admin/login/", "/admin/crm/customer/", "/nowhere",
    "/api/v1/schema/", "/api/v1/schema.yaml", "/api/v1/docs/", "/api/v1/redoc/", "/problems/not-found",
    "/static/admin/css/base.css",
)  # fmt: skip
JSON = {"Content-Type": "application/json", "Accept": f"{GRAPHQL}, */*"}
ANY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
Send = Callable[[str, str, Mapping[str, str], bytes | None], Reply]


class Requests(RuleBasedStateMachine):
    send: ClassVar[Send]
    tokens: ClassVar[list[dict[str, str]]]
    known: ClassVar[Mapping[str, list[str]]]  # ids, by the name that a path has for them
    document: ClassVar[list[any_operation.Operation]]
    queries: ClassVar[list[any_operation.Query]] = any_operation.of_graphql(schema)

    def __init__(self) -> None:
        super().__init__()
        self.seen = [id for ids in self.known.values() for id in ids]  # and later what answers tell
        self.world = transaction.atomic()
        self.world.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @rule(data=st.data())
    def ask_rest(self, data: st.DataObject) -> None:
        writing = [one for one in self.document if one.body is not None]
        operation = data.draw(st.sampled_from([*self.document, *writing, *writing]), label="operation")
        path = re.sub(r"\{(\w+)\}", lambda name: quote(data.draw(self.id_of(name[1])), safe=""), operation.path)
        asked = data.draw(st.dictionaries(st.sampled_from([*operation.query, "more"]), self.word(), max_size=3))
        query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
        body = None if operation.body is None else data.draw(any_json.changed(self.filled(data, operation.body)))
        self.look(self.sent(data, operation.method, f"{path}?{query}", body))

    @rule(data=st.data())
    def ask_graphql(self, data: st.DataObject) -> None:
        query = data.draw(st.sampled_from(self.queries), label="query")
        good = {name: any_operation.input_of(type, self.known_text()) for name, type in query.variables.items()}
        variables = data.draw(any_json.changed(data.draw(st.fixed_dictionaries(good))))
        if data.draw(st.booleans()) and len(quote(variables)) < 4_000:
            path = f"/graphql/?query={quote(query.text)}&variables={quote(variables)}"
            self.look(self.sent(data, "GET", path, None))
        else:
            text = json.dumps(query.text)
            self.look(self.sent(data, "POST", "/graphql/", f'{{"query": {text}, "variables": {variables}}}'))

    @rule(data=st.data())
    def ask_graphql_for_anything(self, data: st.DataObject) -> None:
        request: dict[str, Any] = {"query": "{ __typename }", "variables": {}, "operationName": None, "extensions": {}}
        self.look(self.sent(data, "POST", "/graphql/", data.draw(any_json.changed(request))))

    @rule(data=st.data(), method=st.sampled_from(ANY_METHOD), path=st.sampled_from(ROUTES))
    def ask_anything(self, data: st.DataObject, method: str, path: str) -> None:
        body = data.draw(st.none() | any_json.texts)
        query = data.draw(st.none() | any_json.words)
        self.look(self.sent(data, method, path if query is None else f"{path}?{quote(query)}={quote(query)}", body))

    def id_of(self, name: str) -> st.SearchStrategy[str]:
        return st.sampled_from(self.known[name]) | st.sampled_from(self.known[name]) | self.word()

    def known_text(self) -> st.SearchStrategy[str]:
        """One of what the answers have said. By a number: Hypothesis wants choices that do not grow meanwhile."""
        return st.integers(0, 9_999).map(lambda number: self.seen[number % len(self.seen)])

    def word(self) -> st.SearchStrategy[str]:
        return self.known_text() | any_json.words

    def filled(self, data: st.DataObject, body: Any) -> Any:
        """The document's example with something that is known in place of a text, or as it is."""
        texts = [name for name, value in body.items() if isinstance(value, str)]
        if not texts or data.draw(st.sampled_from([True, True, True, False])):
            return body
        return {**body, data.draw(st.sampled_from(texts)): data.draw(self.known_text())}

    def sent(self, data: st.DataObject, method: str, path: str, body: str | None) -> Reply:
        version = {"If-Match": "*"} if method in {"PATCH", "DELETE"} else {}
        more = data.draw(st.just({}) | st.just({"If-Match": data.draw(self.known_text())}) | any_json.headers)
        headers = {**JSON, **data.draw(st.sampled_from(self.tokens)), **version, **more}
        headers = {name: value for name, value in headers.items() if value.isascii() or value.isprintable()}
        sent = None if body is None else body.encode("utf-8", "surrogatepass")
        return type(self).send(method, path, headers, sent)

    def look(self, reply: Reply) -> None:
        body = any_answer.checked(reply)
        if reply.status < 400:
            self.learn(reply, body)

    def learn(self, reply: Reply, value: Any) -> None:
        """Keep what can be sent again."""
        if etag := reply.headers.get("ETag"):
            self.seen.append(etag)
        if isinstance(value, dict):
            links = [value.get("next"), value.get("previous")]
            found = [parse_qs(urlsplit(link).query).get("cursor") for link in links if isinstance(link, str)]
            self.seen += [one[0] for one in found if one]
            self.seen += [value[name] for name in ("id", "refresh", "endCursor") if isinstance(value.get(name), str)]
            for inside in value.values():
                self.learn(reply, inside) if isinstance(inside, dict) else None
        self.seen = self.seen[-40:]
