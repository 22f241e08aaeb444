"""Many customers at once: in few statements, none lost to a bad row, an error a bad row."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from systems.accounts.models import Role, User
from systems.crm import bulk
from systems.crm.bulk import Result, customers_create
from systems.crm.models import Customer

Rows = list[dict[str, str]]


def rows(count: int) -> Rows:
    return [{"name": f"Customer {n}", "email": f"c{n}@example.org"} for n in range(count)]


@pytest.fixture
def seller(person: Callable[..., User]) -> User:
    return person(Role.SALES)


def test_ten_thousand_good_rows_take_at_most_twenty_queries(seller: User) -> None:
    with CaptureQueriesContext(connection) as seen:
        result = customers_create(owner=seller, rows=rows(10_000))
    assert len(seen) <= 20
    assert len(seen) == 6  # two savepoints begun and ended, the look at the addresses, and the insert
    assert (len(result.created), result.refused) == (10_000, [])
    assert Customer.objects.filter(owner=seller).count() == 10_000


def test_more_than_that_is_refused_before_anything_is_done(seller: User) -> None:
    with CaptureQueriesContext(connection) as seen, pytest.raises(ValidationError):
        customers_create(owner=seller, rows=rows(10_001))
    assert len(seen) == 0


def test_each_bad_row_gets_its_error_and_the_rest_is_kept(seller: User, customer_of: Callable[..., Customer]) -> None:
    customer_of(seller, email="There@example.org")
    sent = rows(8)
    sent[1]["name"] = ""
    sent[3]["email"] = "tHERE@example.org"
    sent[4]["phone"] = "call me"
    sent[6]["email"] = sent[0]["email"].upper()
    result = customers_create(owner=seller, rows=sent)
    assert [customer.name for customer in result.created] == [f"Customer {n}" for n in (0, 2, 5, 7)]
    assert all(customer.pk for customer in result.created)
    said = {refusal.row: refusal.error.message_dict for refusal in result.refused}
    assert {row: list(errors) for row, errors in said.items()} == {
        1: ["name"], 3: ["email"], 4: ["phone"], 6: ["email"],
    }  # fmt: skip
    assert Customer.objects.count() == 5


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a look beforehand can't see: an address that somebody else takes a moment later."""
    monkeypatch.setattr(bulk, "_without_taken", lambda rows, refused: rows)


@pytest.mark.parametrize("bad", [[0], [63], [0, 63], [10, 11, 40], list(range(64))])
def test_a_refused_batch_is_halved_until_the_bad_row_is_alone(
    seller: User, customer_of: Callable[..., Customer], blind: None, bad: list[int]
) -> None:
    for n in bad:
        customer_of(seller, email=f"C{n}@example.org")
    with CaptureQueriesContext(connection) as seen:
        result = customers_create(owner=seller, rows=rows(64))
    assert [refusal.row for refusal in result.refused] == bad
    assert len(result.created) == 64 - len(bad)
    assert Customer.objects.count() == 64
    assert len(seen) <= 2 + 4 * (1 + 2 * 6 * len(bad))  # an attempt that fails is four; 6 halvings make 64 one


def test_a_row_that_breaks_another_rule_is_refused_alone(seller: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Customer, "clean_fields", lambda customer, exclude: None)
    sent = rows(4)
    sent[2]["phone"] = "call me"
    result = customers_create(owner=seller, rows=sent)
    assert [(refusal.row, refusal.error.code) for refusal in result.refused] == [(2, "invalid")]
    assert len(result.created) == 3


def test_nothing_sent_makes_nothing(seller: User) -> None:
    assert customers_create(owner=seller, rows=[]) == Result([], [])


# --- the usual version, in one statement; for row by row see test_crm_mistakes.py


def test_one_bad_row_loses_a_batch_that_goes_in_at_once(seller: User) -> None:
    sent = [*rows(3), rows(1)[0]]
    manager: QuerySet[Customer] = Customer.objects.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        manager.bulk_create(Customer(owner=seller, **row) for row in sent)
    assert Customer.objects.count() == 0
