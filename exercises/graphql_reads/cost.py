"""cost: a price for a query before it runs, which no fragment slips past."""

from collections.abc import Iterator
from typing import Any

from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

MOST_LOOKUPS = 100


class Fragments(dict[str, FragmentDefinitionNode]):
    """Counts how often one is looked into, and has an end."""

    looked = 0

    def _look(self) -> None:
        self.looked += 1
        if self.looked > MOST_LOOKUPS:
            raise OverflowError(f"fragments were looked into more than {MOST_LOOKUPS} times")

    def __getitem__(self, name: str) -> FragmentDefinitionNode:
        self._look()
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._look()
        return super().get(name, default)


def priced(answer: Any, query: str) -> Any:
    definitions = parse(query).definitions
    operation = next(each for each in definitions if isinstance(each, OperationDefinitionNode))
    known = Fragments({each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)})
    found = attempt(answer, operation, known)
    return found if isinstance(found, str) else int(found)


# what, query, cost, hint
CASES = [
    (
        "fields in fields",
        "{ customer(id: 7) { name email } }",
        3,
        "a field costs 1 and what is in it, and the operation nothing. Only `first` makes that more: `id` is no length",
    ),
    (
        "a list",
        "{ customers(first: 5) { name email } }",
        11,
        "a list is one field, and five times what is in it: 1 + 5 * 2",
    ),
    (
        "a list of none",
        "{ customers(first: 0) { name email } }",
        1,
        "a `first` of 0 is there, too: 1 + 0 * 2 (and `0 or 1` is 1)",
    ),
    (
        "lists in lists",
        "{ customers(first: 10) { name orders(first: 20) { status } } }",
        221,
        "the inner list is ten times in the outer one: 1 + 10 * (1 + 1 + 20 * 1)",
    ),
    (
        "aliases",
        "{ a: customer(id: 1) { name } b: customer(id: 2) { name } }",
        4,
        "fields beside each other add up, under the same name or another: a sum, where the depth had a maximum",
    ),
    (
        "a piece without a name",
        "{ customer(id: 1) { ... on Customer { name email } } }",
        3,
        "`... on Customer` is no field: it costs what is in it, and no more",
    ),
    (
        "a fragment in two lists",
        "{ a: customers(first: 2) { ...f } b: customers(first: 3) { ...f } } fragment f on Customer { name email }",
        12,
        "where a fragment is put in, count what is in it, `fragments[name]`, and nothing for itself",
    ),
    (
        "another document, with a fragment of that name",
        "{ customer(id: 1) { ...f } } fragment f on Customer { name }",
        2,
        "this was remembered from another document: a default value such as `known={}` is made once, for all calls",
    ),
]


@exercise("cost")
def cost(lab: Lab, answer: Any) -> Iterator[Finding]:
    for what, query, expected, hint in CASES:
        found = Finding(what, expected, priced(answer, query), f"{hint}. The query: {query}")
        yield found
        if not found.passed:
            return  # the next cases need this one, and their hints would be for other mistakes
    levels = "".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }} " for n in range(20))
    yield Finding(
        "twenty fragments, each with the next one in it twice",
        expected=2**20,
        happened=priced(answer, f"{{ ...f0 }} {levels} fragment f20 on Query {{ __typename }}"),
        hint="look into each fragment once, and remember what it costs, as `depth` does. The memory goes along into "
        "every call (and `known or {}` is a new one as long as the old one is empty)",
    )
