"""Right and wrong answers to cost of 32-graphql."""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from graphql import FieldNode, FragmentSpreadNode, OperationDefinitionNode

from exercises.graphql_reads.cost import cost
from tests.exercises.answers import Answers

answers = Answers(cost)


def is_field(node: Any) -> bool:
    return isinstance(node, FieldNode)


def length(node: Any) -> int:
    return next((int(cast(Any, each.value).value) for each in node.arguments if each.name.value == "first"), 1)


def inside(node: Any) -> tuple[Any, ...]:
    return tuple(node.selection_set.selections) if getattr(node, "selection_set", None) else ()


@answers.right
def fills_in_a_dictionary_first(node: Any, fragments: Any) -> int:
    known: dict[str, int] = {}

    def of(node: Any) -> int:
        if is_field(node):
            return 1 + length(node) * sum(map(of, inside(node)))
        if isinstance(node, FragmentSpreadNode):
            if node.name.value not in known:
                known[node.name.value] = of(fragments.get(node.name.value))
            return known[node.name.value]
        return sum(map(of, inside(node)))

    return of(node)


@answers.right
def lets_the_library_remember(node: Any, fragments: Any) -> int:
    @cache
    def named(name: str) -> int:
        return of(fragments[name])

    def of(node: Any) -> int:
        if node.kind == "fragment_spread":
            return named(node.name.value)
        below = sum(map(of, inside(node)))
        return 1 + length(node) * below if node.kind == "field" else below

    return of(node)


def plain(node: Any, fragments: Any, per_list: Callable[[int, int], int], fold: Callable[[Any], int] = sum) -> int:
    """A cost without memory, out of parts that may be wrong."""
    if isinstance(node, FragmentSpreadNode):
        node = fragments[node.name.value]
    below = fold([0, *(plain(each, fragments, per_list, fold) for each in inside(node))])
    return per_list(length(node), below) if is_field(node) else below


@answers.wrong("and what is in it")
def always_one(node: Any, fragments: Any) -> Any:
    return 1


@answers.wrong("as `depth` does")
def looks_again_and_again(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: 1 + first * below)


@answers.wrong("`known or {}`")
def loses_an_empty_memory(node: Any, fragments: Any, known: dict[str, int] | None = None) -> Any:
    known = known or {}
    if isinstance(node, FragmentSpreadNode):
        if node.name.value not in known:
            known[node.name.value] = loses_an_empty_memory(fragments[node.name.value], fragments, known)
        return known[node.name.value]
    below = sum(loses_an_empty_memory(each, fragments, known) for each in inside(node))
    return 1 + length(node) * below if is_field(node) else below


@answers.wrong("the operation nothing")
def charges_for_the_operation(node: Any, fragments: Any) -> Any:
    return 1 + sum(charges_for_the_operation(each, fragments) for each in inside(node))


@answers.wrong("the operation nothing")
def asks_everything_for_arguments(node: Any, fragments: Any) -> Any:
    return length(node) * sum(asks_everything_for_arguments(each, fragments) for each in inside(node))


@answers.wrong("`0 or 1`")
def takes_none_for_one(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: 1 + (first or 1) * below)


@answers.wrong("count what is in it")
def counts_each_fragment_once(node: Any, fragments: Any, seen: set[str] | None = None) -> Any:
    seen = set() if seen is None else seen
    if isinstance(node, FragmentSpreadNode):
        if node.name.value in seen:
            return 0
        seen.add(node.name.value)
        return counts_each_fragment_once(fragments[node.name.value], fragments, seen)
    below = sum(counts_each_fragment_once(each, fragments, seen) for each in inside(node))
    return 1 + length(node) * below if is_field(node) else below


@answers.wrong("one field, and five times")
def adds_the_length(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: 1 + below + (first if first > 1 else 0))


@answers.wrong("one field, and five times")
def multiplies_itself(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: first * (1 + below))


@answers.wrong("and what is in it")
def takes_the_largest(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: 1 + first * below, max)


@answers.wrong("`id` is no length")
def takes_any_argument(node: Any, fragments: Any) -> Any:
    below = sum(takes_any_argument(each, fragments) for each in inside(node))
    if not is_field(node):
        return below
    return 1 + (int(cast(Any, node.arguments[0].value).value) if node.arguments else 1) * below


@answers.wrong("count what is in it")
def passes_over_fragments(node: Any, fragments: Any) -> Any:
    below = sum(passes_over_fragments(each, fragments) for each in inside(node))
    return 1 + length(node) * below if is_field(node) else below


@answers.wrong("is no field")
def everything_but_the_operation(node: Any, fragments: Any) -> Any:
    below = sum(everything_but_the_operation(each, fragments) for each in inside(node))
    if isinstance(node, OperationDefinitionNode):
        return below
    return 1 + (length(node) if is_field(node) else 1) * below


@answers.wrong("from another document")
def remembers_too_long(node: Any, fragments: Any, known: dict[str, int] = {}) -> Any:  # noqa: B006 - the fault
    if isinstance(node, FragmentSpreadNode):
        if node.name.value not in known:
            known[node.name.value] = remembers_too_long(fragments[node.name.value], fragments, known)
        return known[node.name.value]
    below = sum(remembers_too_long(each, fragments, known) for each in inside(node))
    return 1 + length(node) * below if is_field(node) else below
