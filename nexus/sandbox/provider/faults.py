"""What the provider can be asked to do wrong, by `POST /faults`."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from nexus.sandbox.faults import count_to, fault, from_to, one_of

BROKEN = one_of(None, 500, 502, 503, "close")
HOW_BROKEN = "null, 500, 502, 503 or 'close'"
FIELDS = ("amount", "charge", "currency", "mode", "reference", "status", "tx_ref")
WHICH_FIELDS = f"an object of texts with names of {', '.join(FIELDS)}"
MOST_LETTERS = 200


class Answering(NamedTuple):
    """How a request to the API fares. down: refused, and nothing is done. lost: done, but the answer does not come."""

    down: int | str | None = None
    lost: int | str | None = None
    delay_seconds: float = 0


def are_fields(value: object) -> bool:
    return isinstance(value, dict) and all(
        name in FIELDS and isinstance(text, str) and len(text) <= MOST_LETTERS for name, text in value.items()
    )


@dataclass
class Faults:
    """The first four concern requests to /v1.

    down: they are refused with this status or, "close", without an answer; nothing is done.
    lost: all is done, and then the answer is this.
    delay_seconds: all is done, and the answer is so late.
    requests: how many requests these three last for; null: until faults are set again.
    verify_behind: so many answers of verify tell of a payment that has been settled that it is not paid yet.

    webhook_copies: how often each is sent; 0: never. webhook_delay_seconds: how late.
    webhook_hold: webhooks wait until there are so many, and are then sent with the newest first.
    webhook_fields: what a webhook says in place of the truth, such as {"amount": "1.00"} or {"status": "success"}.
    signature: "missing"; "constant", which is chapa-signature alone; or "wrong", of another key.
    """

    down: int | str | None = fault(None, HOW_BROKEN, BROKEN)
    lost: int | str | None = fault(None, HOW_BROKEN, BROKEN)
    delay_seconds: float = fault(0, "a number from 0 to 60", from_to(0, 60))
    requests: int | None = fault(
        None, "null or a whole number from 0 to 100000", lambda value: value is None or count_to(100_000)(value)
    )
    verify_behind: int = fault(0, "a whole number from 0 to 1000", count_to(1000))
    webhook_copies: int = fault(1, "a whole number from 0 to 10", count_to(10))
    webhook_delay_seconds: float = fault(0, "a number from 0 to 3600", from_to(0, 3600))
    webhook_hold: int = fault(0, "a whole number from 0 to 1000", count_to(1000))
    webhook_fields: Any = fault(None, WHICH_FIELDS, are_fields)  # noqa: RUF009  # it is dataclasses.field
    signature: str = fault(
        "valid", "'valid', 'missing', 'constant' or 'wrong'", one_of("valid", "missing", "constant", "wrong")
    )

    def next_request(self) -> Answering:
        """How the next request fares. Each call counts as one."""
        if self.requests == 0:
            return Answering()
        if self.requests:
            self.requests -= 1
        return Answering(self.down, self.lost, self.delay_seconds)

    def is_behind(self) -> bool:
        """Whether verify's next answer is an old one. Each call counts as one."""
        behind = self.verify_behind > 0
        self.verify_behind -= behind
        return behind
