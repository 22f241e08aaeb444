"""Many customers at once: good rows are kept, and each bad row gets its error.

A statement that fails inside a transaction of Postgres loses the whole transaction, so each attempt has a savepoint. To
insert row by row under savepoints would be 30,000 statements for 10,000 rows: here all go in with one, and only where
that fails the batch is halved, and each half tried, until the bad row is alone. One bad row in n costs about
2 log2 n attempts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from systems.accounts.models import User
from systems.crm.models import Customer
from systems.crm.services import TAKEN, broken_rule, customer_build

MOST_ROWS = 10_000


@dataclass(frozen=True)
class Row:
    """number: its place in what was sent, from 0."""

    number: int
    customer: Customer

    @property
    def address(self) -> str:
        return self.customer.email


@dataclass(frozen=True)
class Refusal:
    """Why this row is no customer."""

    row: int
    error: ValidationError


@dataclass(frozen=True)
class Result:
    """Both in the order of what was sent."""

    created: list[Customer]
    refused: list[Refusal]


def customers_create(*, owner: User, rows: Iterable[Mapping[str, str]]) -> Result:
    """Make each row a customer of this sales person where it can be one. A row: name, email and, if any, phone.

    Raises Django's ValidationError for more rows than MOST_ROWS.
    """
    rows = list(rows)
    if len(rows) > MOST_ROWS:
        raise ValidationError({"input": f"At most {MOST_ROWS} rows at once."})
    built, refused = _build(owner, rows)
    with transaction.atomic():
        fresh = _without_taken(built, refused)
        # Sorted, so that two calls with the same addresses queue at the first of them, and not crosswise.
        inserted = _insert(sorted(fresh, key=lambda row: row.address), refused)
    created = [row.customer for row in sorted(inserted, key=lambda row: row.number)]
    return Result(created, sorted(refused, key=lambda refusal: refusal.row))


def _build(owner: User, rows: list[Mapping[str, str]]) -> tuple[list[Row], list[Refusal]]:
    built: list[Row] = []
    refused: list[Refusal] = []
    for number, fields in enumerate(rows):
        try:
            built.append(Row(number, customer_build(owner=owner, **fields)))
        except ValidationError as error:
            refused.append(Refusal(number, error))
    return built, refused


def _without_taken(rows: list[Row], refused: list[Refusal]) -> list[Row]:
    """Those whose address is new, here and in the table. It saves attempts, and no more: the database decides."""
    addresses = Customer.objects.annotate(address=Lower("email")).filter(address__in={row.address for row in rows})
    seen = set(addresses.values_list("address", flat=True))
    fresh: list[Row] = []
    for row in rows:
        if row.address in seen:
            refused.append(Refusal(row.number, TAKEN))
        else:
            seen.add(row.address)
            fresh.append(row)
    return fresh


def _insert(rows: list[Row], refused: list[Refusal]) -> list[Row]:
    """Insert what can be inserted, and return it."""
    if not rows:
        return []
    try:
        with transaction.atomic():
            Customer.objects.bulk_create([row.customer for row in rows])
    except IntegrityError as error:
        if len(rows) == 1:
            refused.append(Refusal(rows[0].number, broken_rule(error)))
            return []
        half = len(rows) // 2
        return _insert(rows[:half], refused) + _insert(rows[half:], refused)
    return rows
