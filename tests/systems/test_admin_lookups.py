"""What no admin page shows can't be asked for either: twenty questions, "does it begin with a?", would tell it all."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.test import Client, RequestFactory

from systems.accounts.models import Role, User
from systems.crm.models import Customer, Order

Pages: TypeAlias = "ModelAdmin[Any]"  # which has parameters for mypy alone
LOOKUPS = ("", "__exact", "__startswith", "__gte", "__in", "__isnull", "__regex", "__year__gte")
OURS = {model: one for model, one in admin.site._registry.items() if model.__module__.startswith("systems.")}
each_admin = pytest.mark.parametrize("pages", OURS.values(), ids=lambda pages: pages.opts.label_lower)


@pytest.fixture
def root(person: Callable[..., User]) -> User:
    return person(Role.ADMIN)


@pytest.fixture
def browser(root: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(root)
    return client


def shown(model: type[Model]) -> set[str]:
    """The fields that some admin page shows of a model, which nobody needs to guess."""
    if model not in OURS:
        return set()
    pages = OURS[model]
    request = RequestFactory().get("/")
    request.user = User(role=Role.ADMIN)
    return {"id", *pages.list_display, *flatten_fieldsets(pages.get_fieldsets(request))}


def paths(model: type[Model], deep: int = 2) -> Iterator[tuple[str, str, type[Model]]]:
    """Every way in which a query can name a field from here: its path, the field's name, and the model it is of."""
    for field in model._meta.get_fields():
        for name in {field.name, getattr(field, "attname", field.name)}:
            yield name, field.name, model
        if field.is_relation and field.related_model and deep:
            there = paths(field.related_model, deep - 1)
            yield from ((f"{field.name}__{path}", name, of) for path, name, of in there)


def asked(pages: Pages, account: User, **query: str) -> Any:
    request = RequestFactory().get("/", query)
    request.user = account
    return pages.get_changelist_instance(request)


def is_answered(pages: Pages, account: User, name: str) -> bool:
    try:
        asked(pages, account, **{name: "1"})
    except DisallowedModelAdminLookup:
        return False
    except IncorrectLookupParameters:
        return True  # looked up, with a value that does not fit
    return True


@each_admin
def test_a_list_is_filtered_by_what_is_shown_only(pages: Pages, root: User) -> None:
    for path, field, model in paths(pages.model):
        answered = {lookup for lookup in LOOKUPS if is_answered(pages, root, path + lookup)}
        assert not answered or field in shown(model), (path, answered)


@each_admin
def test_a_list_is_ordered_by_what_is_shown_only(pages: Pages, root: User) -> None:
    known = len(pages.list_display) + 2
    for number in (*range(-known, known + 1), "email", "password"):
        names = {
            name.lstrip("-").replace("pk", "id") for name in asked(pages, root, o=str(number)).queryset.query.order_by
        }
        assert names <= shown(pages.model), number


@each_admin
def test_a_list_is_searched_by_what_is_shown_only(pages: Pages) -> None:
    known = {path: (field, model) for path, field, model in paths(pages.model)}
    for path in pages.search_fields:
        field, model = known[path]
        assert field in shown(model), path


@each_admin
def test_the_filters_beside_a_list_are_of_what_is_shown(pages: Pages, root: User, browser: Client) -> None:
    assert set(pages.list_filter) <= shown(pages.model)
    address = f"/admin/{pages.opts.app_label}/{pages.opts.model_name}/"
    for spec in asked(pages, root).get_filters(RequestFactory().get("/"))[0]:
        for choice in spec.choices(asked(pages, root)):
            assert browser.get(address + choice["query_string"]).status_code == 200, choice


@each_admin
def test_no_row_is_looked_up_by_another_field_than_its_key(pages: Pages, browser: Client) -> None:
    address = f"/admin/{pages.opts.app_label}/{pages.opts.model_name}/"
    for path, field, _ in paths(pages.model, deep=0):
        statuses = {browser.get(f"{address}{page}?_to_field={path}").status_code for page in ("", "x/change/")}
        assert statuses == ({200, 302} if field == "id" else {400}), path


@pytest.mark.parametrize(
    "query",
    [
        "crm/customer/?email__startswith=a", "crm/customer/?phone__contains=911", "crm/order/?total__gte=5000",
        "crm/customer/?owner__password__startswith=argon2", "accounts/user/?password__startswith=argon2",
        "accounts/user/?token_families__tokens__digest__startswith=a", "crm/order/?customer__email__startswith=a",
        "crm/customer/?_popup=1&email__startswith=a", "crm/customer/?_facets=True&email__startswith=a",
    ],
)  # fmt: skip
def test_a_question_for_a_secret_is_refused(browser: Client, query: str) -> None:
    answer = browser.get(f"/admin/{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_search_for_a_secret_finds_nothing(browser: Client, order_of: Callable[..., Order]) -> None:
    customer: Customer = order_of().customer
    Customer.objects.filter(pk=customer.pk).update(email="unseen@example.org", phone="+251 911 765432")
    fields = {"app_label": "crm", "model_name": "order", "field_name": "customer"}
    for secret in ("unseen@example.org", "unseen", "765432", "12.50"):
        found = browser.get("/admin/autocomplete/", {**fields, "term": secret}).json()["results"]
        assert found == [], secret
        page = browser.get("/admin/crm/customer/", {"q": secret}).content.decode()
        assert "0 customers" in page or "0 results" in page, secret


def test_the_walk_meets_the_secrets() -> None:
    secrets = {(User, "password"), (Customer, "email"), (Customer, "phone"), (Order, "total")}
    met = {(model, field) for pages in OURS.values() for _, field, model in paths(pages.model)}
    assert secrets <= met
    assert not any(field in shown(model) for model, field in secrets)
