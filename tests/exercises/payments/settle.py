"""Right and wrong answers to settle of 42c-payments."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from exercises.payments.settle import settle
from tests.exercises.answers import Answers

answers = Answers(settle)
Payments = list[dict[str, Any]]
Ask = Callable[[str], dict[str, Any] | None]


@answers.right
def with_a_function(payments: Payments, ask: Ask) -> dict[str, str]:
    def outcome(payment: dict[str, Any]) -> str | None:
        try:
            said = ask(payment["tx_ref"]) or {}
        except ConnectionError:
            return None
        if said.get("status") == "failed/cancelled":
            return "failed"
        return "paid" if said == {"status": "success", "amount": payment["amount"]} else None

    found = {one["tx_ref"]: outcome(one) for one in payments if one["status"] == "pending"}
    return {ref: status for ref, status in found.items() if status}


@answers.right
def with_a_match(payments: Payments, ask: Ask) -> dict[str, str]:
    settled = {}
    for payment in (one for one in payments if one["status"] == "pending"):
        try:
            said = ask(payment["tx_ref"])
        except OSError:
            said = None
        match said:
            case {"status": "success", "amount": amount} if amount == payment["amount"]:
                settled[payment["tx_ref"]] = "paid"
            case {"status": "failed/cancelled"}:
                settled[payment["tx_ref"]] = "failed"
    return settled


def settled(payments: Payments, ask: Ask, compares: bool = True, looks: bool = True) -> dict[str, str]:
    found = {}
    for payment in payments:
        if looks and payment["status"] != "pending":
            continue
        said = ask(payment["tx_ref"])
        if said and said["status"] == "failed/cancelled":
            found[payment["tx_ref"]] = "failed"
        if said and said["status"] == "success" and (not compares or said["amount"] == payment["amount"]):
            found[payment["tx_ref"]] = "paid"
    return found


@answers.wrong("catch ConnectionError for each")
def catches_nothing(payments: Payments, ask: Ask) -> dict[str, str]:
    return settled(payments, ask)


@answers.wrong("catch ConnectionError for each")
def catches_once(payments: Payments, ask: Ask) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        for payment in payments:
            found |= settled([payment], ask)
    except ConnectionError:
        pass
    return found


@answers.wrong("compare with the amount")
def compares_nothing(payments: Payments, ask: Ask) -> dict[str, str]:
    return settled(payments, ask, compares=False)


@answers.wrong("a higher one too")
def is_content_with_more(payments: Payments, ask: Ask) -> dict[str, str]:
    found = {}
    for payment in (one for one in payments if one["status"] == "pending"):
        with suppress(ConnectionError):
            said = ask(payment["tx_ref"]) or {"status": "unknown"}
            if said["status"] == "success" and said["amount"] >= payment["amount"]:
                found[payment["tx_ref"]] = "paid"
            elif said["status"] == "failed/cancelled":
                found[payment["tx_ref"]] = "failed"
    return found


@answers.wrong("look at the status before")
def asks_for_all(payments: Payments, ask: Ask) -> dict[str, str]:
    found: dict[str, str] = {}
    for payment in payments:
        try:
            found |= settled([payment], ask, looks=False)
        except ConnectionError:
            continue
    return found


@answers.wrong("failed/cancelled")
def knows_success_alone(payments: Payments, ask: Ask) -> dict[str, str]:
    return {ref: status for ref, status in settled(payments, ask).items() if status == "paid"}


@answers.wrong("gives None")
def expects_an_answer(payments: Payments, ask: Ask) -> dict[str, str]:
    names = {"success": "paid", "failed/cancelled": "failed"}
    return {one["tx_ref"]: names[said["status"]] for one in payments if (said := ask(one["tx_ref"]) or {}) is not None}
