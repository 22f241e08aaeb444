"""The admin over a real socket: no value in an address breaks a page."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin

from tests.systems.wire import Wire

PAGES = {
    f"{model._meta.app_label}/{model._meta.model_name}": pages
    for model, pages in admin.site._registry.items()
    if model.__module__.startswith("systems.")
}
VALUES = ["-1", "9" * 30, "NaN", "\u00b2", "2026-99-99", "\x01'"]
LOOKUPS = ["", "__exact", "__gte", "__in", "__year", "__isnull"]


@pytest.fixture(scope="module")
def session(wire: Wire) -> dict[str, str]:
    return wire.admin()


@pytest.mark.parametrize("value", VALUES, ids=ascii)
@pytest.mark.parametrize("name", PAGES)
def test_no_value_of_a_filter_breaks_a_list(wire: Wire, session: dict[str, str], name: str, value: str) -> None:
    filters = [str(one) for one in PAGES[name].list_filter]
    asked = ["q", "o", "p", "all", "e", "_popup", "_to_field", "_facets", "_changelist_filters"]
    asked += [f"{field}{lookup}" for field in filters for lookup in LOOKUPS]
    for parameter in asked:
        reply = wire.request("GET", f"/admin/{name}/?{urlencode({parameter: value})}", session)
        assert reply.status in {200, 302, 400}, parameter


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_no_key_breaks_a_page(wire: Wire, session: dict[str, str], value: str) -> None:
    key = urlencode({"": value})[1:]
    for name in PAGES:
        for path in (f"{key}/change/", f"{key}/history/", f"{key}/delete/", f"{key}/"):
            assert wire.request("GET", f"/admin/{name}/{path}", session).status < 500
    for path in (f"r/1/{key}/", f"r/{key}/1/", f"jsi18n/?{key}", f"autocomplete/?term={key}&app_label=crm"):
        assert wire.request("GET", f"/admin/{path}", session).status < 500
