"""Mutations of 00-start-here: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "00-start-here"
CHANGES = [
    Change("the rule is taken out", "constraint price_is_positive check (price > 0)", "check (true)"),
    Change("the worker never says done", "channel.basic_ack(message.delivery_tag)\n", ""),
    Change("the key stays", ", px=50)", ", px=60_000)"),
    Change("the solution is spoiled", "return redis.incr(page)", "return redis.set(page, 1)"),
]
