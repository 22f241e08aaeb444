"""settle: ask the provider for payments whose webhook never came."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

Said = dict[str, Any] | None | type[ConnectionError]
MIDDLE = ("paid", "failed", "refunded", "cancelled")


class Provider:
    """What the provider says of each tx_ref, and how often it was asked."""

    def __init__(self, says: dict[str, Said]) -> None:
        self.says, self.asked = says, Counter[str]()

    def __call__(self, tx_ref: str) -> dict[str, Any] | None:
        self.asked[tx_ref] += 1
        said = self.says.get(tx_ref)
        if said is ConnectionError:
            raise ConnectionError("the provider does not answer")
        return said  # type: ignore[return-value]


def payment(tx_ref: str, status: str = "pending", amount: str = "400.00") -> dict[str, Any]:
    return {"tx_ref": tx_ref, "amount": Decimal(amount), "status": status}


def says(status: str, amount: float = 400) -> dict[str, Any]:
    return {"status": status, "amount": amount}


# what, our payments, what the provider says, what is to come of it, the hint
CASES: list[tuple[str, Sequence[dict[str, Any]], dict[str, Said], dict[str, str], str]] = [
    ("one is paid", [payment("a")], {"a": says("success")}, {"a": "paid"}, "the provider's word for it is success"),
    ("one has failed", [payment("a")], {"a": says("failed/cancelled")}, {"a": "failed"},
     "the provider's word for it is failed/cancelled"),
    ("the provider knows of none", [payment("a")], {}, {}, "`ask` gives None for it: it stays as it is"),
    ("there is none to ask for", [], {}, {}, "an empty dictionary, where nothing changes"),
    ("one is still going on", [payment("a")], {"a": says("pending")}, {}, "any other word: it stays as it is"),
    ("the amount is another", [payment("a")], {"a": says("success", 1)}, {}, "compare with the amount of our payment"),
    ("the amount is half a birr too much", [payment("a")], {"a": says("success", 400.5)}, {},
     "another amount is another amount, a higher one too: a person has to look at it"),
    ("the second of three fails to be asked", [payment("a"), payment("b"), payment("c")],
     {"a": says("success"), "b": ConnectionError, "c": says("success")}, {"a": "paid", "c": "paid"},
     "catch ConnectionError for each payment by itself, and go on with the next"),
    ("the first of two fails to be asked", [payment("a"), payment("b")],
     {"a": ConnectionError, "b": says("failed/cancelled")}, {"b": "failed"},
     "catch ConnectionError for each payment by itself, and go on with the next"),
    ("two have amounts of their own", [payment("a", amount="12.50"), payment("b", amount="80")],
     {"a": says("success", 12.5), "b": says("success", 12.5)}, {"a": "paid"},
     "compare with the amount of the same payment"),
]  # fmt: skip


@exercise("settle")
def settle(lab: Lab, answer: Any) -> Iterator[Finding]:
    for what, payments, said, expected, hint in CASES:
        yield Finding(what, expected, attempt(answer, [dict(one) for one in payments], Provider(said)), hint)
    yield only_pending(answer)


def only_pending(answer: Callable[..., Any]) -> Finding:
    provider = Provider(dict.fromkeys([*MIDDLE, "new"], says("success")))
    happened = attempt(answer, [*(payment(status, status) for status in MIDDLE), payment("new")], provider)
    return Finding(
        "of payments in every status, the pending one is asked for, once",
        expected=({"new": "paid"}, {"new": 1}),
        happened=(happened, dict(provider.asked)),
        hint="look at the status before you ask",
    )
