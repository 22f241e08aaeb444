"""Mutations of 32-graphql: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "32-graphql"
CHANGES = [
    Change("the phone forgets what it has read", "@cache\n", ""),
    Change(
        "the fault is taken out: a query counts once, however often it is sent",
        "self.sent[query] += 1",
        "self.sent[query] = 1",
    ),
    Change("the fix is broken: a batch forgets what it fetched", "if name not in self.found:", "if True:"),
    Change(
        "the fix is broken: what was fetched is found by its place",
        "return {each.id: each for each in found}",
        "return {getattr(row, key): each for row, each in zip(rows, found)}",
    ),
    Change("the bomb has no fuse: each list has one row", "default_value=10", "default_value=1"),
    Change(
        "the walk around the limit is closed",
        "{ orders { ...more } }",
        "{ orders { customer { orders { ...more } } } }",
    ),
    Change(
        "the fix is broken: the depth passes over fragments",
        "known[name] = depth(fragment(name), fragment, known)",
        "known[name] = 1",
    ),
    Change("the fix is broken: aliases have no limit", "if self.count > 20:", "if self.count > 2000:"),
    Change("the cost by hand is another one", "100 * (1 + 10 * 1)", "100 * (1 + 20 * 1)"),
    Change(
        "the fault is taken out: the standard rules stay",
        "validation_rules=(limit,)",
        "validation_rules=(*specified_rules, limit)",
    ),
    Change(
        "the fix is broken: the standard rules go",
        "validation_rules=(*specified_rules, limit)",
        "validation_rules=(limit,)",
    ),
    Change("the first solution is spoiled", "orders(first: 3) {", "orders {"),
    Change("the second solution is spoiled", "coalesce(sum(quantity * price), 0)", "sum(quantity * price)"),
    Change("the third solution is spoiled", ".get(order.id, 0)", "[order.id]"),
    Change(
        "the fourth solution is spoiled",
        "known[name] = cost(fragments[name], fragments, known)",
        "known[name] = 1",
    ),
]
