"""Pages of the admin that answer no more than they show."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import DataError
from django.http import HttpRequest


class StrictModelAdmin(admin.ModelAdmin):
    """A list is filtered by what is in `list_filter`, and a row is looked up by its key.

    Django's own takes any field of the model in the address, shown or not: "does the e-mail begin with a?" is answered
    by how many rows there are, and some such questions tell it all. Its search, ordering and pop-ups name fields of
    their own, or are held to the key here.
    """

    ordering = ["-pk"]  # a list's own default, for the search of its pop-ups, too

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        known = any(lookup == name or lookup.startswith(f"{name}__") for name in self._filters(request))
        return known and super().lookup_allowed(lookup, value, request)  # which follows no relation further than that

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Raises IncorrectLookupParameters, which leads back to the list, for a value that no query can have.

        Django itself does so for what its filters refuse, and not for what is found when the query is made.
        """
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:  # the year -1; a number of thirty digits
            raise IncorrectLookupParameters(error) from error

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return to_field == self.opts.pk.name

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A form that changes nothing writes nothing."""
        if form.changed_data or not change:
            super().save_model(request, obj, form, change)

    def _filters(self, request: HttpRequest) -> Iterator[str]:
        listed: Any = self.get_list_filter(request)
        for one in (*listed, *filter(None, [self.date_hierarchy])):
            yield one[0] if isinstance(one, list | tuple) else getattr(one, "parameter_name", one)
