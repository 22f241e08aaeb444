"""Deleting much without holding anybody up."""

from typing import Any

from django.db.models import QuerySet

SIZE = 1_000


def delete_in_batches(rows: "QuerySet[Any]", size: int = SIZE) -> int:
    """Delete these rows, `size` in a transaction, so that no lock is held for long. Returns how many there were."""
    deleted = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:size]):
        _, by_model = rows.model._default_manager.filter(pk__in=keys).delete()
        deleted += by_model.get(rows.model._meta.label, 0)
    return deleted
