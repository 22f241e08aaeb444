"""How much one query may ask for. All is counted before anything is executed.

A query of seventy bytes can ask for a million rows: levels multiply. So what counts is the cost, which is the number of
fields in the longest answer that there can be: a field counts one, and a list as many times what is in it as its
page is long. A list that is sent with the query counts, too. Depth and aliases are counted besides: they are what makes
a query hard to read for the server itself.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)

from systems.api.problems import Problem
from systems.core.cursor import DEFAULT_SIZE
from systems.crm.problems import LIMIT_EXCEEDED

LENGTHS = ("first", "last")
MOST_DIGITS = 40  # of a number in a query


def limit_error(what: str, setting: str, found: int | None = None) -> GraphQLError:
    limit, counted = getattr(settings, setting), "" if found is None else f", and this one has {found:,}"
    problem = Problem(LIMIT_EXCEEDED, f"{what} of at most {limit:,}{counted}", limit=limit)
    return GraphQLError(problem.detail, original_error=problem)


class Shape(Visitor):
    """aliases: one is how to ask for a field twice; two hundred are how to ask for one field two hundred times.

    numbers: those with more digits than any number of the schema. Python refuses thousands of them with an exception
    that looks like a fault of ours.
    """

    def __init__(self) -> None:
        super().__init__()
        self.aliases, self.numbers = 0, list[Node]()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.aliases += node.alias is not None

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        if len(node.value) > MOST_DIGITS:
            self.numbers.append(node)


class Depth:
    """How many fields are nested inside each other. Each fragment is looked into once, so that none can blow it up."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments, self._known = fragments(document), dict[str, int]()

    def of(self, selections: SelectionSetNode | None) -> int:
        return max(map(self._of_one, selections.selections), default=0) if selections else 0

    def _of_one(self, node: Any) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        if isinstance(node, FieldNode) and node.name.value.startswith("__"):
            return 1  # the schema, on which the standard rules have a limit of their own
        return isinstance(node, FieldNode) + self.of(node.selection_set)

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = 0  # while it is looked into: one inside itself is refused by the standard rules
            fragment = self._fragments.get(name)
            self._known[name] = self.of(fragment.selection_set) if fragment else 0
        return self._known[name]


class Cost:
    """The fields of the longest answer. variables: as they were sent; what is no number is refused later on."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema, self._variables = schema, variables
        self._fragments, self._known = fragments(document), dict[str, int]()
        self.longest_page = self.shortest_page = 0

    def of_operation(self, operation: OperationDefinitionNode) -> int:
        nodes = {one.variable.name.value: one.default_value for one in operation.variable_definitions}
        defaults = {name: int(node.value) for name, node in nodes.items() if isinstance(node, IntValueNode)}
        self._variables = {**defaults, **self._variables}
        return self._of(operation.selection_set, self._schema.get_root_type(operation.operation))

    def _of(self, selections: SelectionSetNode | None, parent: Any) -> int:
        return sum(self._of_one(node, parent) for node in selections.selections) if selections else 0

    def _of_one(self, node: Any, parent: Any) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        if isinstance(node, InlineFragmentNode):
            return self._of(node.selection_set, self._named(node.type_condition, parent))
        field = getattr(parent, "fields", {}).get(node.name.value)
        if field is None:  # of the schema itself: as long as the schema, which is no client's to make longer
            return 1
        inside = self._of(node.selection_set, get_named_type(field.type))
        return 1 + self._rows_sent(node) + self._length(node, field) * inside

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            fragment: FragmentDefinitionNode = self._fragments[name]
            self._known[name] = self._of(fragment.selection_set, self._named(fragment.type_condition, None))
        return self._known[name]

    def _named(self, condition: Any, otherwise: Any) -> Any:
        return self._schema.get_type(condition.name.value) if condition else otherwise

    def _length(self, node: FieldNode, field: Any) -> int:
        """Of the list that this field is, or 1."""
        if "first" not in field.args:
            return 1
        lengths = [self._number(one.value) for one in node.arguments if one.name.value in LENGTHS]
        found = [number for number in lengths if number is not None]
        self.longest_page = max(self.longest_page, *found, 0)
        self.shortest_page = min(self.shortest_page, *found, 0)
        default = DEFAULT_SIZE if lengths else field.args["first"].default_value
        return max(found, default=default if isinstance(default, int) else DEFAULT_SIZE)

    def _rows_sent(self, node: FieldNode) -> int:
        """A list in a variable is sent once, and can be used under many aliases. One in the query has few words."""
        used = (one.value.name.value for one in node.arguments if isinstance(one.value, VariableNode))
        return sum(len(value) for name in used if isinstance(value := self._variables.get(name), list))

    def _number(self, node: Any) -> int | None:
        value = self._variables.get(node.name.value) if isinstance(node, VariableNode) else getattr(node, "value", None)
        if isinstance(node, IntValueNode):
            return int(node.value)
        return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def check_shape(document: DocumentNode) -> list[GraphQLError]:
    """Depth, aliases and numbers, which need no schema: so this comes before the standard rules, whose work grows."""
    shape, depth = Shape(), Depth(document)
    visit(document, shape)
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    deepest = max((depth.of(one.selection_set) for one in operations), default=0)
    found = [GraphQLError(f"a number has at most {MOST_DIGITS} digits", node) for node in shape.numbers]
    if shape.aliases > settings.GRAPHQL_ALIASES:
        found.append(limit_error("a query has aliases", "GRAPHQL_ALIASES", shape.aliases))
    if deepest > settings.GRAPHQL_DEPTH:
        found.append(limit_error("a query has a depth", "GRAPHQL_DEPTH", deepest))
    return found


def check_cost(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[GraphQLError]:
    """Pages and cost, of a query that the standard rules have found right."""
    cost = Cost(schema, document, variables)
    total = cost.of_operation(operation)
    found = []
    if cost.longest_page > settings.GRAPHQL_PAGE_SIZE or cost.shortest_page < 0:
        worst = cost.longest_page if cost.longest_page > settings.GRAPHQL_PAGE_SIZE else cost.shortest_page
        found.append(limit_error("a page has a length", "GRAPHQL_PAGE_SIZE", worst))
    if total > settings.GRAPHQL_COST:
        found.append(limit_error("a query has a cost", "GRAPHQL_COST", total))
    return found
