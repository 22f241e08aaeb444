"""Every operation of the systems, from their own documents: one that is new tomorrow is in here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

METHODS = ("get", "post", "put", "patch", "delete")
LEVELS = 3  # of fields in each other that a query asks for
SCALARS = {
    "Boolean": st.booleans(), "DateTime": st.just("2026-12-31T23:59:59Z"), "Int": st.integers(-1, 101),
    "Money": st.sampled_from(["1.50", 2]), "String": st.sampled_from(["a", "a@example.org", "+251 911 000000"]),
}  # fmt: skip

EXAMPLES = {
    "Boolean": True, "DateTime": "2026-12-31T23:59:59Z", "ID": "1", "Int": 1, "Money": "1.50", "String": "a",
    "email": "a@example.org", "phone": "+251 911 000000",
}  # fmt: skip
NO_IDS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Operation:
    """Of REST. path: with names in braces. body: one that the document says is good; None where there is none."""

    id: str
    method: str
    path: str
    query: list[str]
    body: Any = None

    def filled(self, ids: Mapping[str, str]) -> Any:
        """The body with an id that is known in place of the document's."""
        return {name: ids.get(f"{name}_id", value) for name, value in self.body.items()}


@dataclass(frozen=True)
class Query:
    """Of GraphQL: a text with a variable for each argument of its one field."""

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def of_rest(document: Mapping[str, Any]) -> list[Operation]:
    return [
        Operation(one["operationId"], method.upper(), path, _query(one), _body(one))
        for path, item in document["paths"].items()
        for method, one in item.items()
        if method in METHODS
    ]


def of_graphql(schema: GraphQLSchema) -> list[Query]:
    kinds = {"query": schema.query_type, "mutation": schema.mutation_type}
    return [_asking(kind, name, one) for kind, type in kinds.items() if type for name, one in type.fields.items()]


def example_of(type: Any, name: str = "", ids: Mapping[str, str] = NO_IDS) -> Any:
    """A value that this type of GraphQL takes, with all that it can have. ids: by the names of fields."""
    if isinstance(type, GraphQLNonNull):
        return example_of(type.of_type, name, ids)
    if isinstance(type, GraphQLList):
        return [example_of(type.of_type, name, ids)]
    if isinstance(type, GraphQLEnumType):
        return next(iter(type.values))
    if isinstance(type, GraphQLInputObjectType):
        return {name: example_of(one.type, name, ids) for name, one in type.fields.items()}
    return ids.get(name) or EXAMPLES.get(name) or EXAMPLES[type.name]


def examples_of(query: Query, ids: Mapping[str, str]) -> dict[str, Any]:
    """Good variables. Optional arguments that are a plain value are left out: not all go together."""
    needed = {name: type for name, type in query.variables.items() if not is_leaf_type(type)}
    return {name: example_of(type, name, ids) for name, type in needed.items()}


def input_of(type: Any, ids: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values that this type of GraphQL takes. ids: of those that are known."""
    if isinstance(type, GraphQLNonNull):
        return input_of(type.of_type, ids)
    if isinstance(type, GraphQLList):
        return st.lists(input_of(type.of_type, ids), min_size=1, max_size=3)
    if isinstance(type, GraphQLEnumType):
        return st.sampled_from(list(type.values))
    if isinstance(type, GraphQLInputObjectType):
        members = {name: input_of(one.type, ids) for name, one in type.fields.items()}
        needed = {name for name, one in type.fields.items() if isinstance(one.type, GraphQLNonNull)}
        optional = {name: one for name, one in members.items() if name not in needed}
        return st.fixed_dictionaries({name: members[name] for name in members if name in needed}, optional=optional)
    return ids if type.name == "ID" else SCALARS.get(type.name, st.just("a"))


def _query(operation: Mapping[str, Any]) -> list[str]:
    return [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]


def _body(operation: Mapping[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    examples = [one["value"] for one in content.get("examples", {}).values()]
    return examples[0] if examples else {}


def _asking(kind: str, name: str, one: GraphQLField) -> Query:
    declared = ", ".join(f"${argument}: {arg.type}" for argument, arg in one.args.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in one.args)
    head = f"{kind}({declared}) {{ {name}({given})" if one.args else f"{kind} {{ {name}"
    return Query(f"{head} {_selection(one.type, LEVELS)} }}", {name: arg.type for name, arg in one.args.items()})


def _selection(type: Any, levels: int) -> str:
    named = get_named_type(type)
    if is_leaf_type(named):
        return ""
    return f"{{ {' '.join(_fields(named, levels))} }}"


def _fields(type: Any, levels: int) -> Iterator[str]:
    yield "__typename"
    if isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
        for name, one in type.fields.items():
            leaf = is_leaf_type(get_named_type(one.type))
            if leaf or levels > 1:
                yield f"{name} {_selection(one.type, levels - 1)}".strip()
